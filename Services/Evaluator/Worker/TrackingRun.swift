import EvaluatorClient
import Foundation
import Model
import RegistryClient
import Storage
import Tracking
import WorkQueueClient

/// Does one task of kind `track`.
struct TrackingRun {
    let task: TrackingTask
    let registry: RegistryClient
    let benches: TrackingBenches

    func result(_ progress: TaskProgress) async throws -> TrackingResult {
        let bench = try await benches.bench(of: task.dataset)
        let heldOut = Set(task.heldOut)
        let names = Set(bench.names)
        try progress.checkCancellation()
        let start = ContinuousClock.now
        let seen = try await bench.evaluate(task.setup, on: names.subtracting(heldOut))
        let hidden = try await bench.evaluate(task.setup, on: heldOut)
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        try progress.checkCancellation()
        let frames = bench.sequences.reduce(0) { $0 + $1.information.frames }
        var result = TrackingResult(metrics: TrackingMetrics.metrics(seen: seen, heldOut: hidden))
        result.metrics[TrainingCost.seconds] = seconds
        result.metrics["latency-milliseconds"] = seconds * 1_000 / Double(max(1, frames))
        if task.keepsTracks { try await keep(bench, in: &result) }
        return result
    }

    /// Uploads the setup and the tracks; the same setup gives the same files.
    private func keep(_ bench: TrackingBench, in result: inout TrackingResult) async throws {
        let scratch = try ScratchDirectory()
        defer { scratch.remove() }
        let setup = scratch.file("setup.json")
        try Data(task.setup.json.utf8).write(to: setup)
        let tracks = scratch.file("tracks.safetensors")
        try TrackingArchive(tracks: bench.sequences.map { ($0.information, try $0.tracks(by: task.setup)) })
            .write(to: tracks.path)
        result.setup = try await registry.upload(file: setup, keepFor: RegistryClient.resultLife)
        result.tracks = try await registry.upload(file: tracks, keepFor: RegistryClient.resultLife)
    }
}

/// The last sequences that a worker read: all tasks of a search need the same ones, and reading them takes longer than
/// tracking people through them.
actor TrackingBenches {
    private let registry: RegistryClient
    private let cache: BlobCache
    private var last: (dataset: String, bench: TrackingBench)?

    init(registry: RegistryClient, cache: BlobCache) {
        self.registry = registry
        self.cache = cache
    }

    /// The sequences of a recipe.
    func bench(of dataset: String) async throws -> TrackingBench {
        if let last, last.dataset == dataset { return last.bench }
        let file = try await registry.datasetFile(recipe: dataset, in: cache)
        let bench = try TrackingBench(TrackingArchive(opening: file.path))
        last = (dataset, bench)
        return bench
    }
}
