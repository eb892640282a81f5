import Foundation
public import Model

extension RegistryClient {
    /// Maximum size in bytes of the header of a prepared dataset, set by the format.
    private static let largestHeader: UInt64 = 100_000_000

    /// The manifest of prepared data, read from the start of the file; nil if an older version prepared the data
    /// without a manifest.
    /// - Parameter recipe: Identity of the prepared dataset.
    /// - Throws: `Failure` with code `not-found` if the registry has no such dataset.
    public func manifest(recipe: BlobDigest) async throws -> DatasetManifest? {
        guard let dataset = try await dataset(recipe: recipe) else {
            throw Failure(.notFound, "The registry has no dataset '\(recipe)'.")
        }
        // A safetensors file begins with the length of its header, a JSON object whose metadata includes the manifest.
        let (start, _) = try await piece(of: dataset.blob, at: 0, limit: 8)
        guard start.count == 8 else { throw Failure(.corrupt, "The file of dataset '\(dataset.name)' is truncated.") }
        let length = start.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard length <= Self.largestHeader else {
            throw Failure(.corrupt, "The file of dataset '\(dataset.name)' claims a header of \(length) bytes.")
        }
        var header: [UInt8] = []
        while UInt64(header.count) < length {
            let rest = min(Int(length) - header.count, Self.chunkBytes)
            let (bytes, _) = try await piece(of: dataset.blob, at: 8 + UInt64(header.count), limit: rest)
            guard !bytes.isEmpty else { throw Failure(.corrupt, "The file of dataset '\(dataset.name)' is truncated.") }
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
    /// The manifest of prepared data for a network: only the network's inputs, including those that are views.
    /// - Throws: `Failure` with code `not-found` if a view's manifest is missing.
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
