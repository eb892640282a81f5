import Messaging
public import Model
import Schema

// MARK: - Stages

extension RegistryClient {
    /// Moves a model to another stage; making one live archives the version of its series that was.
    /// - Parameters:
    ///   - person: Who moves it.
    ///   - note: Why, for people.
    public func move(
        _ model: String, to stage: ModelStage, by person: String, note: String = ""
    ) async throws -> PretrainedModel {
        let request = Wire.StageRequest(model: model, stage: stage.rawValue, by: person, note: note)
        return try PretrainedModel(await ask(.modelStage, request))
    }

    /// Which model was at which stage when, newest first.
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
    /// What the registry holds, in numbers.
    public func statistics() async throws -> CatalogueStatistics {
        CatalogueStatistics(try await ask(.catalogueStatistics, Wire.Empty()))
    }

    /// What takes how much room.
    public func storage() async throws -> [StorageShare] {
        [StorageShare](try await ask(.registryStorage, Wire.Empty()))
    }

    /// Removes a base network that did not come with Gyrus and of which no model is.
    /// - Returns: What it was.
    @discardableResult
    public func removeNetwork(_ id: BlobDigest) async throws -> BaseNetwork {
        try BaseNetwork(await requests.call(.networkRemove, Wire.CatalogueGetRequest(id: id.hexadecimal)))
    }

    /// Removes a model that is not live and that no other descends from; its files go when they are collected.
    /// - Returns: What it was.
    @discardableResult
    public func removeModel(_ id: String) async throws -> PretrainedModel {
        try PretrainedModel(await requests.call(.modelRemove, Wire.CatalogueGetRequest(id: id)))
    }

    /// Removes a prepared dataset that no model was trained on; its file goes when it is collected.
    /// - Returns: What it was.
    @discardableResult
    public func removeDataset(recipe: BlobDigest) async throws -> RegisteredDataset {
        try RegisteredDataset(
            await requests.call(.datasetRemove, Wire.CatalogueGetRequest(id: recipe.hexadecimal)))
    }

    /// Hashes the blobs after a digest again until so many bytes were read; ask on from `last` until it is nil.
    public func verifyBlobs(after digest: String = "", bytes: UInt64 = 256 << 20) async throws -> BlobCheck {
        let request = Wire.BlobVerifyRequest(after: digest, bytes: bytes)
        return BlobCheck(
            try await requests.callRetrying(.blobVerify, request, timeout: Self.careTimeout, for: patience))
    }

    /// Removes blobs that nothing refers to.
    /// - Parameters:
    ///   - age: Only those that have been there for so long, as others may be about to be registered.
    ///   - isTrial: Whether nothing is changed and only said what would be.
    public func collectBlobs(olderThan age: Duration, dryRun isTrial: Bool) async throws -> BlobCollection {
        let request = Wire.BlobCollectRequest(
            dryRun: isTrial, olderThanSeconds: UInt32(clamping: age.components.seconds))
        return BlobCollection(
            try await requests.callRetrying(.blobCollect, request, timeout: Self.careTimeout, for: patience))
    }

    /// How long one answer about blobs may take: hashing 1 GiB from a slow disk.
    private static var careTimeout: Duration { .seconds(120) }
}
