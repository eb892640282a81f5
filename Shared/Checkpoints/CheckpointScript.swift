import Model
import Safetensors

/// Writes the TorchScript of a network layer by layer, from weights by their canonical names.
struct CheckpointScript {
    private let file: SafetensorsFile
    private let names: CheckpointNames
    private var used: Set<String> = []
    private var lines: [String] = []
    private(set) var tensors: [Tensor] = []
    private(set) var trained: Set<String> = []

    init(_ file: SafetensorsFile, _ names: CheckpointNames) {
        self.file = file
        self.names = names
    }

    var source: String { lines.joined(separator: "\n") + "\n" }

    func has(_ name: String) -> Bool { names.has(name) }

    /// Writes a line of `forward`.
    mutating func emit(_ line: String) { lines.append("    " + line) }

    /// Begins `forward`, which returns a given number of tensors.
    mutating func begin(_ inputs: [String], outputs: Int) {
        let result = outputs == 1 ? "Tensor" : "Tuple[\((0..<outputs).map { _ in "Tensor" }.joined(separator: ", "))]"
        lines.append("def forward(self\(inputs.map { ", \($0): Tensor" }.joined())) -> \(result):")
    }

    // MARK: - Weights

    func shape(_ name: String) throws -> [Int] { try entry(name).shape }

    private func entry(_ name: String) throws -> TensorEntry {
        guard let original = names.original[name] else {
            throw Failure(.invalidArgument, "tensor '\(name)' is missing")
        }
        return try file.entry(named: original)
    }

    /// The TorchScript expression that reads a tensor.
    mutating func weight(_ name: String, isTrained: Bool = true) throws -> String {
        let attribute = "w_" + String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" })
        if used.insert(name).inserted {
            let entry = try entry(name)
            let values = try file.floats(of: entry.name)
            guard values.allSatisfy(\.isFinite) else {
                throw Failure(.invalidArgument, "tensor '\(entry.name)' has values that are not finite")
            }
            tensors.append(try Tensor(attribute, shape: entry.shape, values))
            if isTrained { trained.insert(attribute) }
        }
        return "self.\(attribute)"
    }

    /// The expression that reads an optional tensor.
    mutating func optional(_ name: String) throws -> String { has(name) ? try weight(name) : "None" }

    /// - Throws: `Failure` naming a tensor that no layer has read.
    func checkRest(of family: String) throws {
        if let rest = names.original.keys.filter({ !used.contains($0) }).sorted().first {
            throw Failure(
                .invalidArgument,
                "tensor '\(names.original[rest] ?? rest)' belongs to no known layer of a \(family)")
        }
    }

    /// Skips a tensor that is not needed for the outputs.
    mutating func ignore(_ name: String) { used.insert(name) }

    // MARK: - Layers

    /// A convolution whose groups follow from the channels of its input.
    mutating func convolution(_ x: String, _ name: String, channels: Int, stride: Int, padding: Int? = nil) throws
        -> String
    {
        let kernel = try shape("\(name).weight")
        guard kernel.count == 4, kernel[1] > 0, channels.isMultiple(of: kernel[1]) else {
            throw Failure(
                .invalidArgument, "tensor '\(name).weight' has shape \(kernel), which does not fit \(channels) channels"
            )
        }
        let around = padding ?? kernel[2] / 2
        let (weight, bias) = (try weight("\(name).weight"), try optional("\(name).bias"))
        return
            "torch.conv2d(\(x), \(weight), \(bias), [\(stride), \(stride)], [\(around), \(around)], [1, 1], "
            + "\(channels / kernel[1]))"
    }

    mutating func batchNormalization(_ x: String, _ name: String) throws -> String {
        let trained = [try weight("\(name).weight"), try weight("\(name).bias")]
        let fixed = [
            try weight("\(name).running_mean", isTrained: false), try weight("\(name).running_var", isTrained: false),
        ]
        return "torch.batch_norm(\(x), \((trained + fixed).joined(separator: ", ")), False, 0.0, 1e-05, False)"
    }

    mutating func linear(_ x: String, _ name: String) throws -> String {
        "torch.linear(\(x), \(try weight("\(name).weight")), \(try optional("\(name).bias")))"
    }

    mutating func layerNormalization(_ x: String, _ name: String, epsilon: Double) throws -> String {
        let width = try shape("\(name).weight")
        return
            "torch.layer_norm(\(x), \(width), \(try weight("\(name).weight")), \(try weight("\(name).bias")), "
            + "\(epsilon))"
    }

    /// Multi-head attention over a sequence, from computed queries, keys and values.
    mutating func attention(_ queries: String, _ keys: String, _ values: String, heads: Int, mask: String? = nil) {
        emit("n, t, d = \(queries).size(0), \(queries).size(1), \(queries).size(2) // \(heads)")
        for (name, x) in [("q", queries), ("k", keys), ("v", values)] {
            emit("\(name) = \(x).reshape([n, t, \(heads), d]).permute([0, 2, 1, 3])")
        }
        emit("scores = torch.matmul(q, k.transpose(-2, -1)) / (float(d) ** 0.5)\(mask.map { " + \($0)" } ?? "")")
        emit("y = torch.matmul(torch.softmax(scores, -1), v).permute([0, 2, 1, 3]).reshape([n, t, \(heads) * d])")
    }
}
