public import Messaging
public import Model
import Schema

/// Client of the registry: networks, models, datasets, dictionaries and blobs.
///
/// Every method is safe to repeat. Each retries while the registry is unreachable and patience lasts, so a
/// restart of the registry goes unnoticed.
///
/// ```swift
/// let registry = RegistryClient(try ServiceDirectory().connect(to: .registry, logger: logger))
/// let weights = try await registry.upload(file: URL(filePath: "weights.safetensors"))
/// ```
public struct RegistryClient: Sendable {
    /// A query for entries of a catalog.
    public struct Query: Hashable, Sendable {
        /// Required values by field name, such as `["dataset": "av-mnist"]`. A value may contain the wildcards `*` and
        /// `?`, `any` always matches, and a number may follow `<`, `<=`, `>` or `>=`.
        public var filter: [String: String]
        /// Maximum number of entries; large results come in several pages.
        public var limit: Int
        /// Only entries after the one with this identity; empty for the first page.
        public var after: String
        /// Sort field; a leading `-` sorts in descending order; empty for the identity.
        public var order: String

        /// Makes a query; by default, for the first page of all entries.
        public init(filter: [String: String] = [:], limit: Int = 1000, after: String = "", order: String = "") {
            self.filter = filter
            self.limit = limit
            self.after = after
            self.order = order
        }

        var wire: Wire.CatalogListRequest {
            Wire.CatalogListRequest(
                filter: .init(filter), limit: UInt32(clamping: min(limit, 1000)), after: after, order: order)
        }
    }

    let requests: RequestClient
    let patience: Duration

    /// Makes a client over a connection.
    /// - Parameter patience: How long to retry while the registry is unreachable.
    public init(_ requests: RequestClient, patience: Duration = .seconds(60)) {
        self.requests = requests
        self.patience = patience
    }
}

// MARK: - Catalog

extension RegistryClient {
    /// Registers a base network; registering a known one changes nothing.
    /// - Returns: The network as the registry has it, with its identity and counts.
    public func register(_ network: BaseNetwork) async throws -> BaseNetwork {
        try BaseNetwork(await ask(.networkPut, Wire.BaseNetwork(network)))
    }

    /// One base network with its description.
    public func network(_ id: BlobDigest) async throws -> BaseNetwork {
        try BaseNetwork(await ask(.networkGet, Wire.CatalogGetRequest(id: id.hexadecimal)))
    }

    /// Base networks without descriptions, in the requested order.
    public func networks(_ query: Query = Query()) async throws -> [BaseNetwork] {
        try await pages(query, id: \.id) { try await ask(.networkList, $0).networks }.map(BaseNetwork.init)
    }

    /// Registers a pretrained model, whose network and blobs must exist; registering a known identity changes nothing.
    /// - Returns: The model as the registry has it, with its artificial code.
    public func register(_ model: PretrainedModel) async throws -> PretrainedModel {
        try PretrainedModel(await ask(.modelPut, Wire.PretrainedModel(model)))
    }

    /// One pretrained model.
    public func model(_ id: String) async throws -> PretrainedModel {
        try PretrainedModel(await ask(.modelGet, Wire.CatalogGetRequest(id: id)))
    }

    /// Pretrained models, in the requested order.
    public func models(_ query: Query = Query()) async throws -> [PretrainedModel] {
        try await pages(query, id: \.id) { try await ask(.modelList, $0).models }.map(PretrainedModel.init)
    }

    /// Registers a prepared dataset, whose blob must exist; registering a known recipe changes nothing.
    public func register(_ dataset: RegisteredDataset) async throws -> RegisteredDataset {
        try RegisteredDataset(await ask(.datasetPut, Wire.Dataset(dataset)))
    }

    /// The dataset that a recipe prepared; nil if it has not been prepared yet.
    public func dataset(recipe: BlobDigest) async throws -> RegisteredDataset? {
        do {
            return try RegisteredDataset(await ask(.datasetGet, Wire.CatalogGetRequest(id: recipe.hexadecimal)))
        } catch let failure as Failure where failure.code == .notFound {
            return nil
        }
    }

    /// Prepared datasets by recipe.
    public func datasets(_ query: Query = Query()) async throws -> [RegisteredDataset] {
        try await pages(query, id: \.recipe) { try await ask(.datasetList, $0).datasets }.map(RegisteredDataset.init)
    }
}

extension RegistryClient {
    /// Fetches pages until there are no more or the limit is reached.
    private func pages<Entry>(
        _ query: Query, id: (Entry) -> String, _ page: (Wire.CatalogListRequest) async throws -> [Entry]
    ) async throws -> [Entry] {
        var entries: [Entry] = []
        var rest = query
        while rest.limit > 0 {
            let found = try await page(rest.wire)
            guard let last = found.last else { break }
            entries += found
            rest.after = id(last)
            rest.limit -= found.count
        }
        return entries
    }
}

// MARK: - Dictionaries and codes

extension RegistryClient {
    /// The terms of one dictionary, or of all.
    public func terms(of kind: CodeDictionaries.Kind? = nil) async throws -> [CodeDictionaries.Term] {
        let reply = try await ask(.dictionaryList, Wire.DictionaryListRequest(dictionary: kind?.rawValue ?? ""))
        return reply.terms.compactMap { term in
            CodeDictionaries.Kind(rawValue: term.dictionary).map {
                CodeDictionaries.Term(kind: $0, number: term.number, text: term.text)
            }
        }
    }

    /// The integer form of an artificial code; adds words that are missing from the dictionaries.
    public func numbers(of code: ArtificialCode) async throws -> [UInt32] {
        try await ask(.codeEncode, Wire.CodeMessage(text: code.description)).numbers
    }

    /// The artificial code of an integer form.
    public func code(of numbers: [UInt32]) async throws -> ArtificialCode {
        try ArtificialCode(await ask(.codeDecode, Wire.CodeMessage(numbers: numbers)).text)
    }

    func ask<Request, Reply>(_ route: Route<Request, Reply>, _ request: Request) async throws -> Reply {
        try await requests.callRetrying(route, request, for: patience)
    }
}
