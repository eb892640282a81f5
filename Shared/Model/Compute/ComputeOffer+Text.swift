extension ComputeOffer {
    /// What a worker has, in one line, such as `cuda:0 NVIDIA H200 bf16, 12 GiB of 139 GiB, 83 % busy`; empty if the
    /// worker does not report it.
    public var text: String {
        guard let device else { return "" }
        var words = [device.description]
        if !model.isEmpty { words.append(model) }
        if precision != .fp32 { words.append(precision.rawValue) }
        var parts = [words.joined(separator: " ")]
        if memory > 0 { parts.append("\(ByteCount.text(usedMemory)) of \(ByteCount.text(memory))") }
        if let utilization { parts.append("\(Int((utilization * 100).rounded())) % busy") }
        return parts.joined(separator: ", ")
    }
}
