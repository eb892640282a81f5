/// What a worker must have to do a task.
public struct ComputeNeeds: Hashable, Sendable, Codable {
    /// The kind of device; nil for any.
    public var device: ComputeDevice.Kind?
    /// Bytes of memory that the device must have; 0 for any number.
    public var memory: UInt64

    /// States needs; by default there are none.
    public init(device: ComputeDevice.Kind? = nil, memory: UInt64 = 0) {
        self.device = device
        self.memory = memory
    }

    /// Any worker will do.
    public static let none = ComputeNeeds()
}

/// What a worker has to compute with.
public struct ComputeOffer: Hashable, Sendable, Codable {
    /// Its device, such as `cuda:0`; nil for a worker that does not say, which counts as a processor.
    public var device: ComputeDevice?
    /// What the maker calls it; empty where that is not known.
    public var model: String
    /// Bytes of its memory; 0 where that is not known.
    public var memory: UInt64
    /// Bytes of its memory that are in use, by anybody.
    public var usedMemory: UInt64
    /// Share of the last moments in which the device computed, 0 to 1; nil where that is not known.
    public var utilization: Double?
    /// What its products are computed in.
    public var precision: ComputePrecision

    /// Describes what a worker has.
    public init(
        device: ComputeDevice? = nil, model: String = "", memory: UInt64 = 0, usedMemory: UInt64 = 0,
        utilization: Double? = nil, precision: ComputePrecision = .fp32
    ) {
        self.device = device
        self.model = model
        self.memory = memory
        self.usedMemory = usedMemory
        self.utilization = utilization
        self.precision = precision
    }

    /// Whether it is enough for a task.
    public func meets(_ needs: ComputeNeeds) -> Bool {
        (needs.device == nil || needs.device == (device?.kind ?? .cpu)) && needs.memory <= memory
    }
}
