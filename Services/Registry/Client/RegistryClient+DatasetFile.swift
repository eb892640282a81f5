public import Foundation
import Model

extension RegistryClient {
    /// The prepared file of a recipe, downloaded into a cache unless it is there.
    /// - Throws: `Failure` with code `not-found` where nobody has prepared the dataset.
    public func datasetFile(recipe: String, in cache: BlobCache) async throws -> URL {
        guard let dataset = try await dataset(recipe: try BlobDigest(recipe)) else {
            throw Failure(
                .notFound, "The registry has no dataset of recipe \(recipe); submit a task that prepares it first.")
        }
        return try await cache.file(for: dataset.blob)
    }

    /// The files of sets of features or, where none is named, the prepared file of a recipe.
    /// - Throws: `Failure` with code `not-found` where nobody has prepared them.
    public func sampleFiles(recipe: String, features: [String], in cache: BlobCache) async throws -> [URL] {
        guard !features.isEmpty else { return [try await datasetFile(recipe: recipe, in: cache)] }
        var files: [URL] = []
        for set in features { files.append(try await datasetFile(recipe: set, in: cache)) }
        return files
    }
}
