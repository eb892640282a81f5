import CTorch
public import Foundation
import Model
import Safetensors

// A checkpoint is one safetensors file: weights, running statistics and the optimizers' state as tensors; the position
// and the sums of the current epoch as metadata.
extension TrainingSession {
    /// Writes everything that another session with the same network, plan and samples needs to continue from here with
    /// bit-identical results.
    /// - Parameter notes: Data that the caller wants back; its keys must not begin with any of the words used here.
    public func writeCheckpoint(to file: URL, notes: [String: String] = [:]) throws {
        let tensors = try (network.tensors + optimizerTensors).map { try $0.copy() }
        try SafetensorsFile.write(tensors, metadata: notes.merging(epochProgress.position) { $1 }, to: file.path)
    }

    /// Continues from a checkpoint.
    /// - Returns: the notes that came with it.
    /// - Throws: `Failure` with code `corrupt` if the file is not a checkpoint of this training; nothing changes then.
    @discardableResult
    public func restoreCheckpoint(from file: URL) throws -> [String: String] {
        let source = try SafetensorsFile(opening: file.path)
        let restored = try epochProgress.at(source)
        let tensors = network.tensors + optimizerTensors
        for tensor in tensors { try tensor.check(in: source) }
        for tensor in tensors { try tensor.fill(from: source) }
        gyrus_trainer_set_step(handle, Int64(restored.step))
        epochProgress = restored
        return source.metadata
    }

    var optimizerTensors: [TensorView] {
        (0..<gyrus_trainer_tensor_count(handle)).map { TensorView(gyrus_trainer_tensor(handle, $0)) }
    }
}
