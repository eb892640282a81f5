import Inspection
import Model

/// The TorchScript around a text encoder; it takes token numbers, padded with −1, and returns the texts' features.
struct EncoderScript {
    private let encoder: InspectionRequest.Encoder

    init(_ encoder: InspectionRequest.Encoder) { self.encoder = encoder }

    /// The method `forward`.
    /// - Parameters:
    ///   - callee: The encoder's method, such as `self.encode`.
    ///   - names: Names of its arguments.
    ///   - outputs: Number of its outputs; nil if it returns one tensor.
    ///   - length: The only number of tokens that it accepts; nil if it accepts any.
    /// - Throws: `Failure` naming an argument that cannot be derived from a text.
    func source(calling callee: String, _ names: [String], outputs: Int?, length: Int? = nil) throws -> String {
        if let outputs, encoder.feature >= outputs {
            throw Failure(
                .invalidArgument,
                "The network has no output \(encoder.feature), only \(outputs) outputs (0 to \(outputs - 1)).")
        }
        if let length, length != encoder.encoding.length {
            throw Failure(
                .invalidArgument,
                "The network takes exactly \(length) tokens; give text.length: \(length) in its contract.")
        }
        let arguments = try names.map(Self.argument).joined(separator: ", ")
        var lines = ["kept = tokens >= 0"]
        if length == nil {
            // Columns that are padding in every text of the batch cost time and change nothing.
            lines += ["longest = max(1, int(kept.sum(1).max()))", "tokens = tokens[:, 0:longest]"]
            lines += ["kept = kept[:, 0:longest]"]
        }
        lines += ["ids = torch.clamp(tokens, 0).to(4)", "mask = kept.to(4)"]
        let output = outputs == nil ? "" : "[\(encoder.feature)]"
        lines += ["rows = \(callee)(\(arguments))\(output).to(6)", "if rows.dim() == 3:"]
        switch encoder.encoding.pooling {
        case .mean:
            lines += ["    weights = kept.to(6).unsqueeze(2)"]
            lines += ["    rows = (rows * weights).sum([1]) / torch.clamp(weights.sum([1]), 1.0)"]
        case .first: lines += ["    rows = rows[:, 0]"]
        }
        if encoder.encoding.norm == .unit {
            lines += ["rows = rows / torch.clamp(torch.sqrt((rows * rows).sum([1], True)), 1e-12)"]
        }
        lines += ["return rows"]
        return "def forward(self, tokens: Tensor) -> Tensor:\n" + lines.map { "    \($0)\n" }.joined()
    }

    /// The encoder's source with its `forward` renamed to `encode`, and a new `forward` that calls it.
    func source(around network: String, _ names: [String], outputs: Int?, length: Int? = nil) throws -> String {
        network.replacing("def forward(self", with: "def encode(self")
            + (try source(calling: "self.encode", names, outputs: outputs, length: length))
    }

    /// The expression to pass for an argument, by its name.
    private static func argument(_ name: String) throws -> String {
        let plain = name.lowercased()
        func has(_ parts: String...) -> Bool { parts.contains { plain.contains($0) } }
        if has("mask") { return "mask" }
        if has("type", "segment") { return "torch.zeros_like(ids)" }
        if has("position") { return "torch.zeros_like(ids) + torch.arange(ids.size(1), device=ids.device)" }
        if has("ids", "input", "token", "text") { return "ids" }
        throw Failure(
            .invalidArgument,
            "The text encoder has an input '\(name)'; known inputs are input_ids, attention_mask, token_type_ids and "
                + "position_ids.")
    }
}
