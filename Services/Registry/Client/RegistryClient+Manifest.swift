import Foundation
public import Model

extension RegistryClient {
    /// Most bytes of the header of a prepared dataset: the format allows no more.
    private static let largestHeader: UInt64 = 100_000_000

    /// The manifest of prepared data, read from the beginning of their file; nil if the file has none because an older
    /// version prepared them.
    /// - Parameter recipe: Identity of the prepared dataset.
    /// - Throws: `Failure` with code `not-found` if the registry has no such dataset.
    public func manifest(recipe: BlobDigest) async throws -> DatasetManifest? {
        guard let dataset = try await dataset(recipe: recipe) else {
            throw Failure(.notFound, "The registry has no dataset '\(recipe)'.")
        }
        // A safetensors file begins with the length of its header, a JSON object that has the manifest among its metadata.
        let (start, _) = try await piece(of: dataset.blob, at: 0, limit: 8)
        guard start.count == 8 else { throw Failure(.corrupt, "The file of dataset '\(dataset.name)' is cut short.") }
        let length = start.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= Self.largestHeader else {
            throw Failure(.corrupt, "The file of dataset '\(dataset.name)' has a header of \(length) bytes.")
        }
        var header: [UInt8] = []
        while UInt64(header.count) < length {
            let rest = min(Int(length) - header.count, Self.chunkBytes)
            let (bytes, _) = try await piece(of: dataset.blob, at: 8 + UInt64(header.count), limit: rest)
            guard !bytes.isEmpty else { throw Failure(.corrupt, "The file of dataset '\(dataset.name)' is cut short.") }
            header += bytes
        }
        guard let metadata = try JSONDecoder().decode(Header.self, from: Data(header)).metadata,
            let json = metadata["manifest"]
        else { return nil }
        return try DatasetManifest(json: json)
    }

    private struct Header: Decodable {
        let metadata: [String: String]?

        enum CodingKeys: String, CodingKey {
            case metadata = "__metadata__"
        }
    }
}

extension RegistryClient {
    /// The manifest of prepared data for a network: its inputs alone, those that are views among them.
    /// - Throws: `Failure` with code `not-found` if a view's manifest is gone.
    public func manifest(_ manifest: DatasetManifest, for inputs: [String]) async throws -> DatasetManifest {
        var narrowed = manifest
        narrowed.inputs = manifest.inputs.filter { inputs.contains($0.key) }
        for input in inputs where PreparedView.isName(input) {
            let recipe = PreparedView.recipe(of: input, data: try manifest.id)
            guard let view = try await self.manifest(recipe: recipe) else {
                throw Failure(.notFound, "the features '\(input)' that the network reads have no manifest")
            }
            narrowed.inputs.merge(view.inputs) { $1 }
        }
        return narrowed
    }
}
