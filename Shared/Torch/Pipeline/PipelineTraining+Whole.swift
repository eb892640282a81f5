import CTorch
public import Foundation
import Model
import Safetensors

// Operations on the whole network: its score, its weights, and checkpoints, which are those of a training by one
// worker.
extension PipelineTraining {
    // MARK: - Scores

    /// Scores the network on the validation samples, computing layers where they are. Only at rank 0.
    public func evaluate(on samples: SampleSource) throws -> Evaluation {
        precondition(samples.count == validation.count, "All workers must score the same samples.")
        try announce(.evaluate)
        return try runEvaluation()
    }

    /// This worker's part of an evaluation; the result is valid only at rank 0.
    func runEvaluation() throws -> Evaluation {
        let width = validation.target.outputs
        let outputs = Frame(floats: validation.count * width)
        var loss = 0.0
        var outgoing: [Transfer] = []
        // As many samples at once as a micro-batch has, because memory suffices for that.
        let most = (plan.batch + microBatches - 1) / microBatches
        for first in stride(from: 0, to: validation.count, by: most) {
            let range = first..<min(first + most, validation.count)
            let received =
                try rank == 0
                ? nil
                : group.receive(stage.frame(isSent: false, samples: range.count), from: rank - 1, tag: 1).finish()
            let sent = try stage.evaluate(
                range, of: validation, received: received, outputs: outputs.floats.map { $0 + first * width }, &loss)
            if let sent { outgoing.append(try group.send(sent, to: rank + 1, tag: 1)) }
        }
        for transfer in outgoing { try transfer.finish() }
        let given = try told(outputs)
        let sum = try told(Frame([Int64(bitPattern: loss.bitPattern)])).numbers[0]
        loss = Double(bitPattern: UInt64(bitPattern: sum))
        return Evaluation(
            of: validation, outputs: Array(UnsafeBufferPointer(start: given.floats, count: validation.count * width)),
            loss: validation.count == 0 ? 0 : loss / Double(validation.count))
    }

    /// The result from the last worker, at rank 0.
    private func told(_ frame: Frame) throws -> Frame {
        let last = group.size - 1
        guard last > 0, !frame.bytes.isEmpty else { return frame }
        if rank == last { return try group.send(frame, to: 0, tag: PipelineCommand.tag).finish() }
        return rank == 0 ? try group.receive(frame, from: last, tag: PipelineCommand.tag).finish() : frame
    }

    // MARK: - Weights

    /// The whole network. Only at rank 0.
    public var network: ScriptedNetwork {
        get throws {
            if let whole, whole.step == epochProgress.step { return whole.network }
            let network = try ScriptedNetwork(description, seed: plan.seed)
            let tensors = Dictionary(try gather().map { ($0.name, $0) }) { first, _ in first }
            for view in network.tensors {
                guard let tensor = tensors[view.name], tensor.shape == view.shape else {
                    throw Failure(.internal, "No stage of the pipeline has the tensor '\(view.name)'.")
                }
                tensor.bytes.withUnsafeBytes(view.write)
            }
            whole = (network, epochProgress.step)
            return network
        }
    }

    /// The tensors of all stages. Only at rank 0.
    private func gather() throws -> [Tensor] {
        try announce(.gather)
        let own = try stage.tensors.map { try $0.copy() }
        return try (1..<group.size).reduce(into: own) { $0 += try receiveTensors(from: $1) }
    }

    /// Sends this stage's tensors to rank 0: the number of bytes that follow, their names and shapes, their values.
    func sendTensors() throws {
        let views = stage.tensors
        let labels = try JSONEncoder().encode(views.map { TensorLabel(name: $0.name, shape: $0.shape) })
        let values = Frame(floats: views.reduce(0) { $0 + $1.count })
        var place = 0
        for view in views {
            view.read(into: UnsafeMutableRawBufferPointer(rebasing: values.bytes[place..<place + view.byteCount]))
            place += view.byteCount
        }
        for frame in [Frame([Int64(labels.count), Int64(place)]), Frame(labels), values] where !frame.bytes.isEmpty {
            try group.send(frame, to: 0, tag: PipelineCommand.tag).finish()
        }
    }

    private func receiveTensors(from worker: Int) throws -> [Tensor] {
        func receive(_ count: Int) throws -> Frame {
            guard count > 0 else { return Frame(bytes: 0) }
            return try group.receive(bytes: count, from: worker, tag: PipelineCommand.tag).finish()
        }
        let counts = try receive(2 * MemoryLayout<Int64>.stride).numbers
        let text = try receive(Int(counts[0])).copy(0..<Int(counts[0]))
        let labels = try JSONDecoder().decode([TensorLabel].self, from: Data(text))
        let values = try receive(Int(counts[1]))
        var place = 0
        return try labels.map { label in
            let count = label.shape.reduce(MemoryLayout<Float>.stride, *)
            defer { place += count }
            return try Tensor(label.name, .float32, shape: label.shape, bytes: values.copy(place..<place + count))
        }
    }

    // MARK: - Checkpoints

    /// Writes everything that any number of workers, including one, need to continue from here. Only at rank 0.
    public func writeCheckpoint(to file: URL, notes: [String: String]) throws {
        try SafetensorsFile.write(try gather(), metadata: notes.merging(epochProgress.position) { $1 }, to: file.path)
    }

    /// Continues from a checkpoint, as all workers do; this one takes what its layers need.
    public func restoreCheckpoint(from file: URL) throws -> [String: String] {
        let source = try SafetensorsFile(opening: file.path)
        let restored = try epochProgress.at(source)
        for tensor in stage.tensors { try tensor.check(in: source) }
        for tensor in stage.tensors { try tensor.fill(from: source) }
        stage.setStep(restored.step)
        epochProgress = restored
        return source.metadata
    }
}

/// The description of a tensor in transfer.
private struct TensorLabel: Codable {
    var name: String
    var shape: [Int]
}
