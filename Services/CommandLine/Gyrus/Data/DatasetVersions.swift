import Foundation
import Model
import RegistryClient

/// The versions of data in the registry. Versions added under a name are numbered from 1; data that was prepared for a
/// scenario is numbered separately.
struct DatasetVersions {
    private let registry: RegistryClient

    init(_ registry: RegistryClient) { self.registry = registry }

    /// All versions under a name, oldest first.
    func all(of name: String) async throws -> [RegisteredDataset] {
        try await versions { $0.name == name && $0.isAdded }
    }

    private func versions(where isWanted: (RegisteredDataset) -> Bool) async throws -> [RegisteredDataset] {
        try await registry.datasets().filter { $0.version != nil && isWanted($0) }
            .sorted { ($0.version ?? 0) < ($1.version ?? 0) }
    }

    /// The dataset with its version number and the recipe of the previous version.
    func next(
        _ dataset: RegisteredDataset
    ) async throws -> (new: RegisteredDataset, old: RegisteredDataset?) {
        var dataset = dataset
        let newest = try await versions { $0.name == dataset.name && $0.isAdded == dataset.isAdded }.last
        dataset.attributes[RegisteredDataset.versionAttribute] = "\((newest?.version ?? 0) + 1)"
        dataset.attributes[RegisteredDataset.parentAttribute] = newest?.recipe.hexadecimal
        return (dataset, newest)
    }

    /// The dataset for `NAME`, which means its newest version, or `NAME@VERSION`.
    func find(_ text: String) async throws -> RegisteredDataset {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        let versions = try await all(of: parts[0])
        guard !versions.isEmpty else {
            let names = Set(try await self.versions(where: \.isAdded).map(\.name)).sorted()
            throw Failure(
                .notFound,
                "The registry has no dataset '\(parts[0])'.\(NearestName.question(parts[0], among: names)) "
                    + (names.isEmpty
                        ? "Add it with: gyrus datasets add NAME PATH"
                        : "Known names: \(names.prefix(20).joined(separator: ", "))."))
        }
        guard parts.count > 1 else { return versions[versions.count - 1] }
        guard let found = versions.first(where: { "\($0.version ?? 0)" == parts[1] }) else {
            let numbers = versions.compactMap(\.version).map(String.init).joined(separator: ", ")
            throw Failure(.notFound, "'\(parts[0])' has no version '\(parts[1])'; its versions are \(numbers).")
        }
        return found
    }

    /// The manifest of the data for scenarios.
    func prepared(_ dataset: RegisteredDataset) throws -> PreparedData {
        guard let json = dataset.attributes[OwnData.preparedAttribute] else {
            throw Failure(.invalidArgument, "'\(dataset.name)' was not prepared from user data.")
        }
        return try JSONDecoder().decode(PreparedData.self, from: Data(json.utf8))
    }

    /// Registers prepared data under a name; the file is stored only once.
    /// - Returns: The version with this data, and whether it is new.
    func add(_ data: PreparedData, as name: String) async throws -> (dataset: RegisteredDataset, isNew: Bool) {
        guard let held = try await registry.dataset(recipe: try BlobDigest(data.id)) else {
            throw Failure(.notFound, "The registry lost the data that was just prepared; try again.")
        }
        let id = BlobDigest(hashing: Array("\(name)\n\(data.id)".utf8))
        if let known = try await registry.dataset(recipe: id) { return (known, false) }
        var data = data
        (data.id, data.name) = (id.hexadecimal, name)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var named = held
        (named.name, named.recipe) = (name, id)
        named.attributes[RegisteredDataset.addedAttribute] = "yes"
        named.attributes[OwnData.preparedAttribute] = String(decoding: try encoder.encode(data), as: UTF8.self)
        let (new, _) = try await next(named)
        return (try await registry.register(new), true)
    }
}

extension RegisteredDataset {
    /// Attribute with the version number.
    static let versionAttribute = "version"
    /// Attribute with the recipe of the previous version.
    static let parentAttribute = "parent"

    /// Attribute that marks data added under a name.
    static let addedAttribute = "added"

    /// Whether a user added the data under this name.
    var isAdded: Bool { attributes[Self.addedAttribute] != nil }

    /// The version number, from 1; nil for built-in datasets.
    var version: Int? { attributes[Self.versionAttribute].flatMap(Int.init) }
}
