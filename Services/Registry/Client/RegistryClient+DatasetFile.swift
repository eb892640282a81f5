public import Foundation
import Model

extension RegistryClient {
    /// The prepared file of a recipe, downloaded into a cache if it is missing.
    /// - Throws: `Failure` with code `not-found` if the dataset has not been prepared.
    public func datasetFile(recipe: String, in cache: BlobCache) async throws -> URL {
        guard let dataset = try await dataset(recipe: try BlobDigest(recipe)) else {
            throw Failure(
                .notFound, "The registry has no dataset with recipe \(recipe); submit a task that prepares it first.")
        }
        return try await cache.file(for: dataset.blob)
    }

    /// The files of feature sets or, if none is named, the prepared file of a recipe and those of the views that a
    /// network reads.
    /// - Parameter inputs: Names of the network's inputs.
    /// - Throws: `Failure` with code `not-found` if they have not been prepared.
    public func sampleFiles(
        recipe: String, features: [String], inputs: [String], in cache: BlobCache
    ) async throws -> [URL] {
        guard !features.isEmpty else {
            var files = [try await datasetFile(recipe: recipe, in: cache)]
            for view in inputs where PreparedView.isName(view) {
                let id = PreparedView.recipe(of: view, data: recipe)
                files.append(try await datasetFile(recipe: id.hexadecimal, in: cache))
            }
            return files
        }
        var files: [URL] = []
        for set in features { files.append(try await datasetFile(recipe: set, in: cache)) }
        return files
    }
}
