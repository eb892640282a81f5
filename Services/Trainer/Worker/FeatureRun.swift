import Datasets
import Foundation
import Logging
import Model
import Networks
import RegistryClient
import Storage
import Torch
import TrainerClient
import WorkQueueClient

/// Computes the features of one backbone for one dataset and registers them; finds existing ones.
struct FeatureRun {
    let task: FeatureTask
    let registry: RegistryClient
    let cache: BlobCache
    let scratch: ScratchDirectory

    func result(_ progress: TaskProgress) async throws -> FeatureResult {
        let start = ContinuousClock.now
        let backbone = try Backbone(modality: task.modality, network: task.network)
        let id = try FeatureRecipe(dataset: task.dataset, backbone: backbone, weights: task.weights).id
        let known = try await registry.dataset(recipe: id)
        var blob = known?.blob
        if let found = blob, try await !registry.state(of: found).isComplete { blob = nil }
        let features: URL
        if let blob {
            features = try await cache.file(for: blob)
            // Registering them again records this use, from which the registry counts their age.
            if let known { _ = try await registry.register(known) }
        } else {
            features = try await compute(backbone, progress)
            blob = try await register(features, of: backbone, as: id)
        }
        let set = try FeatureSet(opening: features.path)
        var metrics = [TrainingCost.seconds: (ContinuousClock.now - start) / .seconds(1)]
        let validation = try FeatureSet.source(.validation, of: [set])
        for (name, value) in FeatureExtractor.metrics(of: backbone, on: validation) {
            metrics["validation-\(name)"] = value
        }
        return FeatureResult(features: id.hexadecimal, blob: blob ?? id, metrics: metrics)
    }

    private func compute(_ backbone: Backbone, _ progress: TaskProgress) async throws -> URL {
        let dataset = try PreparedDataset(
            opening: try await registry.datasetFile(recipe: task.dataset, in: cache).path)
        let extractor = try FeatureExtractor(backbone, weights: try await cache.file(for: task.weights))
        let file = scratch.file("features.safetensors")
        try extractor.write(dataset, to: file) { try progress.checkCancellation() }
        return file
    }

    private func register(_ file: URL, of backbone: Backbone, as id: BlobDigest) async throws -> BlobDigest {
        let blob = try await registry.upload(file: file)
        let outputs = try FeatureSet(opening: file.path).target.outputs
        let stages = backbone.stages.map { "\($0.name) \($0.features)" }.joined(separator: ", ")
        return try await registry.register(
            RegisteredDataset(
                name: "features of \(backbone.network.name)", recipe: id, blob: blob, classes: UInt32(outputs),
                attributes: [
                    "dataset": task.dataset, "modality": task.modality,
                    RegisteredDataset.featureWeights: task.weights.hexadecimal, "stages": stages,
                ])
        ).blob
    }
}
