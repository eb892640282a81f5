public import Messaging
import Model
import Networks
import RegistryClient
import Schema
import ServiceKit

/// Handles the routes of the registry: decodes, calls, encodes.
public struct RegistryHarness: Sendable {
    /// Maximum number of entries in a reply.
    private static let largestPage: UInt32 = 1000
    /// Maximum length in bytes of an identity, series, license, origin or name of a person.
    private static let longestText = 200
    /// Maximum length in bytes of a note on a change of stage.
    private static let longestNote = 2000
    /// Maximum number of bytes that one request rehashes.
    private static let largestCheck: UInt64 = 1 << 30

    private let store: RegistryStore
    private let blobs: BlobStore
    private let isBackedUp: @Sendable () async -> Bool

    /// Makes the harness of a store and its blobs.
    /// - Parameter isBackedUp: Whether a backup is running, during which no blob may be removed.
    public init(
        store: RegistryStore, blobs: BlobStore, isBackedUp: @escaping @Sendable () async -> Bool = { false }
    ) {
        self.store = store
        self.blobs = blobs
        self.isBackedUp = isBackedUp
    }

    /// Adds the routes.
    public func register(in router: inout Router) {
        registerBlobs(in: &router)
        registerCatalog(in: &router)
        router.on(.dictionaryList) { request in
            Wire.DictionaryListReply(
                terms: try await store.terms(of: try kind(request.dictionary)).map {
                    Wire.Term(dictionary: $0.kind.rawValue, number: $0.number, text: $0.text)
                })
        }
        router.on(.codeEncode) { request in
            let code = try ArtificialCode(request.text)
            return Wire.CodeMessage(text: code.description, numbers: try await store.encode(code))
        }
        router.on(.codeDecode) { request in
            let code = try await store.decode(request.numbers)
            return Wire.CodeMessage(text: code.description, numbers: request.numbers)
        }
    }

    // MARK: - Blobs

    private func registerBlobs(in router: inout Router) {
        router.on(.blobStat) { request in
            let state = try await blobs.state(of: BlobDigest(request.digest))
            return Wire.BlobStatReply(complete: state.isComplete, bytes: state.bytes)
        }
        router.on(.blobWrite) { request, bytes in
            let state = try await blobs.write(
                BlobDigest(request.digest), total: request.total, offset: request.offset, bytes,
                keepFor: request.keepSeconds == 0 ? nil : .seconds(request.keepSeconds))
            return (Wire.BlobStatReply(complete: state.isComplete, bytes: state.bytes), [])
        }
        router.on(.blobRead) { request, _ in
            let limit = min(request.limit == 0 ? .max : Int(request.limit), RegistryClient.chunkBytes)
            let (bytes, total) = try await blobs.read(
                BlobDigest(request.digest), offset: request.offset, limit: limit)
            return (Wire.BlobReadReply(total: total), bytes)
        }
        router.on(.blobVerify) { request in
            Wire.BlobVerifyReply(
                try await blobs.verify(after: request.after, bytes: min(request.bytes, Self.largestCheck)))
        }
        router.on(.blobList) { request in
            Wire.BlobListReply(
                blobs: try await blobs.list(after: request.after).map {
                    Wire.BlobEntry(digest: $0.digest.hexadecimal, bytes: $0.bytes)
                })
        }
        router.on(.blobHold) { request in
            guard request.digests.count <= RegistryClient.mostHeld else {
                throw Failure(
                    .invalidArgument,
                    "\(request.digests.count) blobs are to be held; at most \(RegistryClient.mostHeld) are allowed at once."
                )
            }
            try await blobs.hold(request.digests.map { try BlobDigest($0) }, for: .seconds(request.seconds))
            return Wire.Empty()
        }
        router.on(.blobCollect) { request in
            let isHeld = await isBackedUp()
            guard request.dryRun || !isHeld else {
                throw Failure(
                    .busy, "A backup is running, so no files may be removed. Try again when it has finished.",
                    retryAfter: .seconds(30))
            }
            return Wire.BlobCollectReply(
                try await blobs.collect(olderThan: .seconds(request.olderThanSeconds), dryRun: request.dryRun))
        }
    }

    // MARK: - Catalog

    private func registerCatalog(in router: inout Router) {
        router.on(.networkPut) { Wire.BaseNetwork(try await add(BaseNetwork($0))) }
        router.on(.networkGet) { Wire.BaseNetwork(try await store.network(BlobDigest($0.id))) }
        router.on(.networkList) {
            Wire.BaseNetworkListReply(
                networks: try ReplyPage.fitting(await store.networks(query($0)).map(Wire.BaseNetwork.init)))
        }
        router.on(.modelPut) { request in
            let model = try await add(PretrainedModel(request))
            KillPoint.modelRegistered.pass()
            return Wire.PretrainedModel(model)
        }
        router.on(.modelGet) { Wire.PretrainedModel(try await store.model($0.id)) }
        router.on(.modelList) {
            Wire.PretrainedModelListReply(
                models: try ReplyPage.fitting(await store.models(query($0)).map(Wire.PretrainedModel.init)))
        }
        router.on(.datasetPut) { Wire.Dataset(try await add(RegisteredDataset($0))) }
        router.on(.datasetGet) { Wire.Dataset(try await store.dataset(BlobDigest($0.id))) }
        router.on(.datasetList) {
            Wire.DatasetListReply(
                datasets: try ReplyPage.fitting(await store.datasets(query($0)).map(Wire.Dataset.init)))
        }
        router.on(.networkRemove) { Wire.BaseNetwork(try await store.removeNetwork(BlobDigest($0.id))) }
        router.on(.modelRemove) { Wire.PretrainedModel(try await store.removeModel($0.id)) }
        router.on(.datasetRemove) { Wire.Dataset(try await store.removeDataset(BlobDigest($0.id))) }
        router.on(.registryStorage) { _ in Wire.StorageReply(try await store.storage()) }
        router.on(.modelStage) { Wire.PretrainedModel(try await move($0)) }
        router.on(.stageList) { request in
            var query = try StageQuery(request)
            query.limit = min(query.limit, Int(Self.largestPage))
            let changes = try await store.stages(query, before: request.before)
            return Wire.StageListReply(changes: try ReplyPage.fitting(changes.map(Wire.StageChange.init)))
        }
        router.on(.catalogStatistics) { _ in Wire.CatalogStatistics(try await store.statistics()) }
    }

    private func add(_ network: BaseNetwork) async throws -> BaseNetwork {
        let examined = try ExaminedNetwork(network)
        return try await store.add(examined.network, examined.structure, id: examined.id)
    }

    private func add(_ model: PretrainedModel) async throws -> PretrainedModel {
        func refused(_ what: String) -> Failure {
            Failure(.invalidArgument, "Model '\(model.id.prefix(80))' \(what).")
        }
        guard !model.id.isEmpty, model.id.utf8.count <= Self.longestText else {
            throw Failure(.invalidArgument, "A model needs an ID of 1 to \(Self.longestText) bytes.")
        }
        guard model.metrics.values.allSatisfy(\.isFinite) else {
            throw refused("has a metric that is not finite")
        }
        guard !model.files.isEmpty else { throw refused("has no files; upload one and name it") }
        guard Set(model.files.map(\.format)).count == model.files.count else {
            throw refused("has two files of the same format")
        }
        let texts = [("series", model.series)] + model.lineage.texts.map { ($0.title.lowercased(), $0.value ?? "") }
        for (name, text) in texts where text.utf8.count > Self.longestText {
            throw refused("has a \(name) longer than \(Self.longestText) bytes")
        }
        return try await store.add(model)
    }

    private func move(_ request: Wire.StageRequest) async throws -> PretrainedModel {
        guard !request.by.isEmpty, request.by.utf8.count <= Self.longestText else {
            throw Failure(.invalidArgument, "The name of the person must have 1 to \(Self.longestText) bytes.")
        }
        guard request.note.utf8.count <= Self.longestNote else {
            throw Failure(.invalidArgument, "A note on a stage may have at most \(Self.longestNote) bytes.")
        }
        return try await store.move(
            request.model, to: try ModelStage(word: request.stage), by: request.by, note: request.note)
    }

    private func add(_ dataset: RegisteredDataset) async throws -> RegisteredDataset {
        guard !dataset.name.isEmpty else { throw Failure(.invalidArgument, "A dataset needs a name.") }
        let known = try await store.add(dataset)
        guard known.blob != dataset.blob, try await !blobs.state(of: known.blob).isComplete else { return known }
        // The known file was damaged or lost, and preparing it again gave other bytes.
        return try await store.replaceBlob(of: dataset)
    }

    private func query(_ request: Wire.CatalogListRequest) throws -> CatalogQuery {
        CatalogQuery(
            filter: .init(request.filter),
            limit: Int(request.limit == 0 ? Self.largestPage : min(request.limit, Self.largestPage)),
            after: request.after, order: request.order)
    }

    private func kind(_ text: String) throws -> CodeDictionaries.Kind? {
        guard !text.isEmpty else { return nil }
        guard let kind = CodeDictionaries.Kind(rawValue: text) else {
            let known = CodeDictionaries.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "There is no dictionary '\(text.prefix(80))'; use one of \(known).")
        }
        return kind
    }
}
