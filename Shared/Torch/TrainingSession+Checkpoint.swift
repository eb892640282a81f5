import CTorch
public import Foundation
import Model
import Safetensors

// A checkpoint is one safetensors file: weights, running figures and the optimizers' state as tensors; the position and
// the sums of the epoch under way as metadata. Floating-point sums are written as their bits, so nothing is rounded.
extension TrainingSession {
    /// Writes everything that another session with the same network, plan and samples needs to go on from here and end with
    /// the same bits.
    /// - Parameter notes: What the caller wants to know again; its keys begin with none of the words used here.
    public func writeCheckpoint(to file: URL, notes: [String: String] = [:]) throws {
        let tensors = try (network.tensors + optimizerTensors).map { try $0.copy() }
        try SafetensorsFile.write(tensors, metadata: notes.merging(position) { $1 }, to: file.path)
    }

    /// Goes on from a checkpoint.
    /// - Returns: the notes that came with it.
    /// - Throws: `Failure` with code `corrupt` where the file is no checkpoint of this training; nothing has changed then.
    @discardableResult
    public func restoreCheckpoint(from file: URL) throws -> [String: String] {
        let source = try SafetensorsFile(opening: file.path)
        func number(_ key: String) throws -> UInt64 {
            guard let value = source.metadata[key].flatMap(UInt64.init) else {
                throw Failure(.corrupt, "'\(file.path)' is no checkpoint: its field '\(key)' is missing or no number.")
            }
            return value
        }
        let fits = try number("seed") == plan.seed && number("batches-per-epoch") == UInt64(batchesPerEpoch)
        let epochs = try number("epochs"), batches = try number("batches")
        guard fits, epochs <= UInt64(plan.epochs), batches < UInt64(max(1, batchesPerEpoch)) else {
            throw Failure(.corrupt, "'\(file.path)' is a checkpoint of another training.")
        }
        let tensors = network.tensors + optimizerTensors
        for tensor in tensors { try tensor.check(in: source) }
        for tensor in tensors { try tensor.fill(from: source) }
        resume(
            epochs: Int(epochs), batches: Int(batches), loss: Double(bitPattern: try number("loss-bits")),
            correct: Int(clamping: try number("correct")), samples: Int(clamping: try number("samples")))
        return source.metadata
    }

    var optimizerTensors: [TensorView] {
        (0..<gyrus_trainer_tensor_count(handle)).map { TensorView(gyrus_trainer_tensor(handle, $0)) }
    }
}
