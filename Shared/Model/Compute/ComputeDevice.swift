/// A device that computes.
public enum ComputeDevice: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The processor.
    case cpu
    /// A GPU of NVIDIA, by its number on its machine.
    case cuda(Int)

    /// What tasks can ask for.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// A processor.
        case cpu
        /// A GPU of any machine and maker.
        case gpu
    }

    /// What kind of device it is.
    public var kind: Kind { self == .cpu ? .cpu : .gpu }

    /// The device as it is named in options, such as `cuda:0`.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let number): "cuda:\(number)"
        }
    }

    /// Reads `cpu`, `cuda` or `cuda:N`; nil where it is none of these.
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

/// What products are computed in; weights and sums are 32-bit floats in all cases.
public enum ComputePrecision: String, Hashable, Sendable, Codable, CaseIterable {
    /// 32-bit floats.
    case fp32
    /// 32-bit floats with short mantissas, on GPUs.
    case tf32
    /// 16-bit floats with the range of 32-bit ones.
    case bf16
    /// 16-bit floats of IEEE, on GPUs.
    case fp16
}
