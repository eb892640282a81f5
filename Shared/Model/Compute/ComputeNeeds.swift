/// What a worker needs to do a task.
public struct ComputeNeeds: Hashable, Sendable, Codable {
    /// The kind of device; nil for any.
    public var device: ComputeDevice.Kind?
    /// Bytes of memory that the device must have; 0 for any amount.
    public var memory: UInt64

    /// Describes needs; by default there are none.
    public init(device: ComputeDevice.Kind? = nil, memory: UInt64 = 0) {
        self.device = device
        self.memory = memory
    }

    /// No needs: any worker will do.
    public static let none = ComputeNeeds()
}

/// What a worker has to compute with.
public struct ComputeOffer: Hashable, Sendable, Codable {
    /// Its device, such as `cuda:0`; nil if the worker does not report one and so counts as a processor.
    public var device: ComputeDevice?
    /// The vendor's name of the device; empty if unknown.
    public var model: String
    /// Bytes of its memory; 0 if unknown.
    public var memory: UInt64
    /// Bytes of its memory in use by any process.
    public var usedMemory: UInt64
    /// Recent utilization of the device, 0 to 1; nil if unknown.
    public var utilization: Double?
    /// The number format of its products.
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

    /// Whether it meets the needs of a task.
    public func meets(_ needs: ComputeNeeds) -> Bool {
        (needs.device == nil || needs.device == (device?.kind ?? .cpu)) && needs.memory <= memory
    }
}
