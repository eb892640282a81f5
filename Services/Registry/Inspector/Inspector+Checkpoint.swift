import Checkpoints
import Foundation
import Inspection
import Model
import Networks
import Safetensors
import Torch

extension Inspector {
    /// Largest `config.json` that is read, in bytes.
    private static let largestConfiguration = 1 << 20

    /// The Hugging Face `config.json` next to a weights file.
    static func configuration(beside file: URL) -> URL {
        file.deletingLastPathComponent().appending(path: "config.json")
    }

    /// Untrusted weights without a structure; the structure follows from the tensor names.
    func inspectCheckpoint(_ weights: SafetensorsFile) throws -> Inspection {
        guard let companion = request.companion, let checkpoint = try checkpoint(weights) else {
            throw refusal(
                "it has weights without a structure, whose names match none of the families \(Self.families). Name the"
                    + " base network that they belong to with --network (see: gyrus networks)")
        }
        try ScriptedNetwork.write(
            source: try source(checkpoint), tensors: checkpoint.tensors, trained: checkpoint.trained, to: companion)
        let script = try ScriptedNetwork(loading: companion)
        let asked = request.inputShapes.compactMap(\.self)
        let shapes = asked.isEmpty ? checkpoint.inputShapes ?? script.inputs.map { _ in [16] } : asked
        guard shapes.count == script.inputs.count else {
            throw refusal("it has the inputs \(script.inputs), but \(shapes.count) shapes were given with --input")
        }
        let outputs = try run(script, shapes)
        try runTokens(script)
        let outline = try outline(
            of: script, .safetensors, inputs: Array(zip(script.inputs, shapes)), outputs: outputs)
        return Inspection(
            .safetensors, outline: outline,
            findings: [
                "its \(checkpoint.tensors.count) tensors match a \(checkpoint.family), all finite",
                "ran: \(outputs) for a batch of \(Self.batch)",
            ], hasCompanion: true)
    }

    /// The source of the methods; for a text encoder, wrapped in one that takes tokens.
    private func source(_ checkpoint: Checkpoint) throws -> String {
        guard var encoder = request.encoder else { return checkpoint.source }
        guard checkpoint.family == Checkpoint.textFamily else {
            throw refusal("its contract is for a text encoder, but its weights belong to a \(checkpoint.family)")
        }
        // The output of its last layer, which is pooled as the contract says.
        encoder.feature = 1
        return try EncoderScript(encoder)
            .source(around: checkpoint.source, ["input_ids", "attention_mask"], outputs: 2)
    }

    /// Runs a text encoder on its lowest and highest token numbers, and on a text of full length.
    func runTokens(_ script: ScriptedNetwork) throws {
        guard let encoder = request.encoder else { return }
        let length = encoder.encoding.length
        var tokens = [Float](repeating: -1, count: length)
        tokens.replaceSubrange(0..<2, with: [0, Float(encoder.vocabulary - 1)])
        do {
            _ = try script.features(of: tokens, shape: [length], output: 0)
            _ = try script.features(of: [Float](repeating: 0, count: length), shape: [length], output: 0)
        } catch {
            throw refusal(
                "it fails on a text of \(length) tokens out of the \(encoder.vocabulary) of its tokenizer: "
                    + Failure(error).message)
        }
    }

    private static var families: String { Checkpoint.families.joined(separator: ", ") }

    private func checkpoint(_ weights: SafetensorsFile) throws -> Checkpoint? {
        do {
            return try Checkpoint(weights, configuration: try configuration())
        } catch let failure as Failure {
            throw refusal(failure.message)
        }
    }

    private func configuration() throws -> Data? {
        guard let handle = try? FileHandle(forReadingFrom: Self.configuration(beside: file)) else { return nil }
        defer { try? handle.close() }
        let data = try handle.read(upToCount: Self.largestConfiguration + 1) ?? Data()
        guard data.count <= Self.largestConfiguration else {
            throw Failure(
                .invalidArgument, "config.json next to the weights has more than \(Self.largestConfiguration) bytes")
        }
        return data
    }
}
