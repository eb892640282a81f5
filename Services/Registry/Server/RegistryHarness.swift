public import Messaging
import Model
import Networks
import RegistryClient
import Schema
import ServiceKit

/// Answers the routes of the registry: decodes, calls, encodes.
public struct RegistryHarness: Sendable {
    private static let largestPage: UInt32 = 1000

    private let store: RegistryStore
    private let blobs: BlobStore

    /// Makes the harness of a store and its blobs.
    public init(store: RegistryStore, blobs: BlobStore) {
        self.store = store
        self.blobs = blobs
    }

    /// Adds the routes.
    public func register(in router: inout Router) {
        registerBlobs(in: &router)
        registerCatalogue(in: &router)
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
    }

    // MARK: - Catalogue

    private func registerCatalogue(in router: inout Router) {
        router.on(.networkPut) { Wire.BaseNetwork(try await add(BaseNetwork($0))) }
        router.on(.networkGet) { Wire.BaseNetwork(try await store.network(BlobDigest($0.id))) }
        router.on(.networkList) {
            Wire.BaseNetworkListReply(
                networks: try ReplyPage.fitting(await store.networks(query($0)).map(Wire.BaseNetwork.init)))
        }
        router.on(.modelPut) { Wire.PretrainedModel(try await add(PretrainedModel($0))) }
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
    }

    /// Checks the description, counts, and registers under the description's own digest.
    private func add(_ network: BaseNetwork) async throws -> BaseNetwork {
        let description = try NetworkDescription(json: network.description)
        let id = try description.id
        guard network.id == nil || network.id == id else {
            throw Failure(
                .invalidArgument,
                "Base network '\(network.name)' was sent as \(network.id?.hexadecimal ?? ""), but its description has"
                    + " the digest \(id).")
        }
        var network = network
        network.id = id
        network.description = try description.canonicalJSON
        network.parameters = UInt64(clamping: try description.parameterCount)
        network.operations = UInt64(clamping: try description.multiplyAccumulates)
        // Whatever the artificial code could not express is refused here and not when a model comes.
        _ = try ArtificialCode(
            name: network.name, areas: network.areas, functions: network.functions, category: network.category,
            dataset: "-", size: ParameterSize(parameters: network.parameters), accuracy: nil, optimizer: "-",
            platform: "-")
        return try await store.add(network, id: id)
    }

    private func add(_ model: PretrainedModel) async throws -> PretrainedModel {
        guard !model.id.isEmpty, model.id.utf8.count <= 200 else {
            throw Failure(.invalidArgument, "A model needs an identity of 1 to 200 bytes.")
        }
        guard model.metrics.values.allSatisfy(\.isFinite) else {
            throw Failure(.invalidArgument, "Model '\(model.id)' has a metric that is no finite number.")
        }
        return try await store.add(model)
    }

    private func add(_ dataset: RegisteredDataset) async throws -> RegisteredDataset {
        guard !dataset.name.isEmpty else { throw Failure(.invalidArgument, "A dataset needs a name.") }
        let known = try await store.add(dataset)
        guard known.blob != dataset.blob, try await !blobs.state(of: known.blob).isComplete else { return known }
        // The known file was damaged or lost, and preparing it again gave other bytes.
        return try await store.replaceBlob(of: dataset)
    }

    private func query(_ request: Wire.CatalogueListRequest) throws -> CatalogueQuery {
        CatalogueQuery(
            filter: .init(request.filter),
            limit: Int(request.limit == 0 ? Self.largestPage : min(request.limit, Self.largestPage)),
            after: request.after)
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
