import CTorch
public import Foundation
import Model
import Safetensors

// A checkpoint is one safetensors file: weights, running figures and the optimizers' state as tensors; the position and
// the sums of the epoch under way as metadata.
extension TrainingSession {
    /// Writes everything that another session with the same network, plan and samples needs to go on from here and end with
    /// the same bits.
    /// - Parameter notes: What the caller wants to know again; its keys begin with none of the words used here.
    public func writeCheckpoint(to file: URL, notes: [String: String] = [:]) throws {
        let tensors = try (network.tensors + optimizerTensors).map { try $0.copy() }
        try SafetensorsFile.write(tensors, metadata: notes.merging(course.position) { $1 }, to: file.path)
    }

    /// Goes on from a checkpoint.
    /// - Returns: the notes that came with it.
    /// - Throws: `Failure` with code `corrupt` where the file is no checkpoint of this training; nothing has changed then.
    @discardableResult
    public func restoreCheckpoint(from file: URL) throws -> [String: String] {
        let source = try SafetensorsFile(opening: file.path)
        let course = try course.at(source)
        let tensors = network.tensors + optimizerTensors
        for tensor in tensors { try tensor.check(in: source) }
        for tensor in tensors { try tensor.fill(from: source) }
        gyrus_trainer_set_step(handle, Int64(course.step))
        self.course = course
        return source.metadata
    }

    var optimizerTensors: [TensorView] {
        (0..<gyrus_trainer_tensor_count(handle)).map { TensorView(gyrus_trainer_tensor(handle, $0)) }
    }
}
