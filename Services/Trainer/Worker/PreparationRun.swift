import Datasets
import Foundation
import Logging
import Model
import RegistryClient
import Storage
import Torch
import Tracking
import TrainerClient
import WorkQueueClient

/// Prepares one dataset and registers it.
struct PreparationRun {
    let recipe: DatasetRecipe
    let registry: RegistryClient
    let preparer: DatasetPreparer
    let scratch: ScratchDirectory

    func result(_ progress: TaskProgress) async throws -> PreparationResult {
        let id = try BlobDigest(recipe.id)
        // A dataset whose blob was damaged or lost is prepared again; registering it replaces the blob.
        if let known = try await registry.dataset(recipe: id), try await registry.state(of: known.blob).isComplete {
            return PreparationResult(recipe: recipe.id, blob: known.blob)
        }
        let file = scratch.file("dataset.safetensors")
        try preparer.prepare(recipe, to: file.path) { what in
            progress.logger.debug("preparing", metadata: ["step": "\(what)"])
        }
        let attributes = try Self.attributes(of: recipe, at: file.path)
        let blob = try await registry.upload(file: file)
        let registered = try await registry.register(
            RegisteredDataset(
                name: recipe.modalities.values.map(\.dataset).sorted().joined(separator: "+"), recipe: id, blob: blob,
                classes: UInt32(recipe.target.outputs), attributes: attributes))
        return PreparationResult(recipe: recipe.id, blob: registered.blob)
    }

    /// The attributes of a dataset, for display.
    private static func attributes(of recipe: DatasetRecipe, at path: String) throws -> [String: String] {
        if recipe.video != nil { return try TrackingArchive(opening: path).attributes }
        let dataset = try PreparedDataset(opening: path)
        var attributes = dataset.notes
        for split in PreparedDataset.Split.allCases {
            let source = try dataset.source(split)
            attributes["\(split.rawValue).samples"] = "\(source.count)"
            for modality in source.modalities {
                attributes["\(modality.name).shape"] = modality.shape.map(String.init).joined(separator: "×")
                attributes["\(split.rawValue).\(modality.name).rows"] = "\(modality.rowCount)"
            }
        }
        for (name, value) in try DataStatistics.of(dataset.source(.training)) {
            attributes[RegisteredDataset.statisticPrefix + name] = "\(value)"
        }
        return attributes
    }
}
