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

    /// The Hugging Face `config.json` beside a weights file.
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
            source: checkpoint.source, tensors: checkpoint.tensors, trained: checkpoint.trained, to: companion)
        let script = try ScriptedNetwork(loading: companion)
        let asked = request.inputShapes.compactMap(\.self)
        let shapes = asked.isEmpty ? checkpoint.inputShapes ?? script.inputs.map { _ in [16] } : asked
        guard shapes.count == script.inputs.count else {
            throw refusal("it has the inputs \(script.inputs), but \(shapes.count) shapes were given with --input")
        }
        let outputs = try run(script, shapes)
        let outline = try outline(
            of: script, .safetensors, inputs: Array(zip(script.inputs, shapes)), outputs: outputs)
        return Inspection(
            .safetensors, outline: outline,
            findings: [
                "its \(checkpoint.tensors.count) tensors are those of a \(checkpoint.family), all finite",
                "ran: \(outputs) for a batch of \(Self.batch)",
            ], hasCompanion: true)
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
                .invalidArgument, "config.json beside the weights has more than \(Self.largestConfiguration) bytes")
        }
        return data
    }
}
