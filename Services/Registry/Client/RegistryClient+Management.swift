import Messaging
public import Model
import Schema

// MARK: - Stages

extension RegistryClient {
    /// Moves a model to another stage; making a version live archives the live version of its series.
    /// - Parameters:
    ///   - person: Who moves it.
    ///   - note: The reason, for people.
    public func move(
        _ model: String, to stage: ModelStage, by person: String, note: String = ""
    ) async throws -> PretrainedModel {
        let request = Wire.StageRequest(model: model, stage: stage.rawValue, by: person, note: note)
        return try PretrainedModel(await ask(.modelStage, request))
    }

    /// The stage history, newest first.
    public func stages(_ query: StageQuery = StageQuery()) async throws -> [StageChange] {
        var changes: [StageChange] = []
        var rest = query
        while rest.limit > 0 {
            let page = try await ask(.stageList, rest.wire(before: changes.last?.sequence ?? 0)).changes
            if page.isEmpty { break }
            changes += try page.map(StageChange.init)
            rest.limit -= page.count
        }
        return changes
    }
}

// MARK: - Statistics and care

extension RegistryClient {
    /// Statistics of the registry.
    public func statistics() async throws -> CatalogStatistics {
        CatalogStatistics(try await ask(.catalogStatistics, Wire.Empty()))
    }

    /// Storage use by kind of file.
    public func storage() async throws -> [StorageShare] {
        [StorageShare](try await ask(.registryStorage, Wire.Empty()))
    }

    /// Removes a base network that was not shipped with Gyrus and that no model uses.
    /// - Returns: The removed network.
    @discardableResult
    public func removeNetwork(_ id: BlobDigest) async throws -> BaseNetwork {
        try BaseNetwork(await requests.call(.networkRemove, Wire.CatalogGetRequest(id: id.hexadecimal)))
    }

    /// Removes a model that is not live and has no descendants; its files go at the next garbage collection.
    /// - Returns: The removed model.
    @discardableResult
    public func removeModel(_ id: String) async throws -> PretrainedModel {
        try PretrainedModel(await requests.call(.modelRemove, Wire.CatalogGetRequest(id: id)))
    }

    /// Removes a prepared dataset that no model was trained on; its file goes at the next garbage collection.
    /// - Returns: The removed dataset.
    @discardableResult
    public func removeDataset(recipe: BlobDigest) async throws -> RegisteredDataset {
        try RegisteredDataset(
            await requests.call(.datasetRemove, Wire.CatalogGetRequest(id: recipe.hexadecimal)))
    }

    /// Rehashes the blobs after a digest until the given number of bytes has been read; continue from `last` until it
    /// is nil.
    public func verifyBlobs(after digest: String = "", bytes: UInt64 = 256 << 20) async throws -> BlobCheck {
        let request = Wire.BlobVerifyRequest(after: digest, bytes: bytes)
        return BlobCheck(
            try await requests.callRetrying(.blobVerify, request, timeout: Self.careTimeout, for: patience))
    }

    /// Removes blobs that nothing refers to.
    /// - Parameters:
    ///   - age: Only those at least this old, because newer ones may be about to be registered.
    ///   - isTrial: Whether to report what would be removed without removing it.
    public func collectBlobs(olderThan age: Duration, dryRun isTrial: Bool) async throws -> BlobCollection {
        let request = Wire.BlobCollectRequest(
            dryRun: isTrial, olderThanSeconds: UInt32(clamping: age.components.seconds))
        return BlobCollection(
            try await requests.callRetrying(.blobCollect, request, timeout: Self.careTimeout, for: patience))
    }

    /// Timeout for one request about blobs: enough to hash 1 GiB from a slow disk.
    private static var careTimeout: Duration { .seconds(120) }
}
