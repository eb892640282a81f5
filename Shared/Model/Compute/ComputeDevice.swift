/// A device that computes.
public enum ComputeDevice: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The processor.
    case cpu
    /// An NVIDIA GPU, by its number on its machine.
    case cuda(Int)

    /// The kinds of device that tasks can ask for.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// A processor.
        case cpu
        /// A GPU on any machine and from any vendor.
        case gpu
    }

    /// The kind of the device.
    public var kind: Kind { self == .cpu ? .cpu : .gpu }

    /// The device's name in options, such as `cuda:0`.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let number): "cuda:\(number)"
        }
    }

    /// Reads `cpu`, `cuda` or `cuda:N`; nil for any other text.
    public init?(_ text: some StringProtocol) {
        switch text {
        case "cpu": self = .cpu
        case "cuda": self = .cuda(0)
        default:
            guard text.hasPrefix("cuda:"), let number = Int(text.dropFirst(5)), (0..<1024).contains(number) else {
                return nil
            }
            self = .cuda(number)
        }
    }
}

/// The number format of products; weights and sums are always 32-bit floats.
public enum ComputePrecision: String, Hashable, Sendable, Codable, CaseIterable {
    /// 32-bit floats.
    case fp32
    /// 32-bit floats with short mantissas (TF32), on GPUs.
    case tf32
    /// 16-bit floats with the range of 32-bit ones.
    case bf16
    /// IEEE 16-bit floats, on GPUs.
    case fp16
}
