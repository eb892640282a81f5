public import Foundation
import HelperProcesses
public import Model
import Tables

/// Fine-tunes a third-party pretrained network with the samples of prepared data.
///
/// The samples are prepared here. Training runs in a separate process, which may read only the network and the samples,
/// and write only the new network, because it runs code of unknown origin.
public struct NetworkTuner {
    /// Maximum silence of the process: a few mini-batches, or an evaluation.
    private static let longest = Duration.seconds(600)

    private let rows: any SampleRows
    private let request: TuningRequest

    /// - Parameter rows: The samples of the prepared data, in the form of their source.
    public init(rows: any SampleRows, request: TuningRequest) {
        self.rows = rows
        self.request = request
    }

    /// Trains the network.
    /// - Parameters:
    ///   - file: The TorchScript file to write.
    ///   - report: Called with the progress and the total, which restart three times: prepared samples, samples that have gone
    ///     through the network, and mini-batches.
    /// - Throws: `Failure` with the reason if it cannot be trained; with code `deadline-exceeded` if there is no time
    ///   for it.
    public func tune(to file: URL, report: (Int, Int) -> Void = { _, _ in }) throws -> Tuning {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-tuning-\(UUID().uuidString)")
        let results = folder.appending(path: "results")
        try FileManager.default.createDirectory(at: results, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let task = TuningTask(
            network: request.view.file, samples: folder.appending(path: "samples.safetensors"), folder: results,
            contract: request.view.contract, target: request.view.data.target, seconds: request.seconds)
        try TuningSamples.write(request.view, rows, to: task.samples.path, report: report)
        let tuning = try learn(task, report: report)
        try? FileManager.default.removeItem(at: file)
        try FileManager.default.copyItem(at: task.output, to: file)
        return tuning
    }

    private func learn(_ task: TuningTask, report: (Int, Int) -> Void) throws -> Tuning {
        let process = try HelperProcess("gyrus-data", ["learn"], longest: Self.longest)
        process.say(String(decoding: try JSONEncoder().encode(task), as: UTF8.self))
        while let line = try process.line() {
            let message = try JSONDecoder().decode(PreparationMessage.self, from: Data(line.utf8))
            if let failure = message.failure { throw failure }
            if let done = message.done, let count = message.count { report(done, count) }
            if let tuning = message.tuning { return tuning }
        }
        throw Failure(
            .corrupt,
            "the pretrained network crashed the process that fine-tuned it; the limit is "
                + "\(FeatureProcess.mostMemory >> 30) GiB of memory.")
    }
}
