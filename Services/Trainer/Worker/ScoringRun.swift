import Datasets
import Foundation
import Model
import RegistryClient
import Torch
import TrainerClient

/// Scores a pretrained model's features on a sample of data.
struct ScoringRun {
    /// Seed of the examined samples, the same for every model.
    private static let seed: UInt64 = 1

    let task: ScoringTask
    let registry: RegistryClient
    let cache: BlobCache

    func result() async throws -> ScoringResult {
        let (network, weights) = try await registry.model(task.model).loaded(from: registry, cache)
        let dataset = try PreparedDataset(opening: try await registry.datasetFile(recipe: task.dataset, in: cache).path)
        let samples = try dataset.source(.training).chosen(task.samples, seed: Self.seed)
        return ScoringResult(scores: try Transferability.scores(of: network, weights: weights, on: samples))
    }
}
