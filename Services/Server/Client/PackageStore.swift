public import Foundation
public import Model
public import RegistryClient

/// Packages of the registry's models: networks combined with the preparation of their inputs.
public struct PackageStore: Sendable {
    private let folder: URL

    /// Makes a store in a folder.
    public init(_ folder: URL) { self.folder = folder }

    /// The user's own store, in the cache folder.
    public static var usual: PackageStore {
        PackageStore((CacheFolder.url() ?? URL(filePath: "/tmp/gyrus")).appending(path: "packages"))
    }

    /// The package of a model, built if it is missing.
    /// - Throws: `Failure` that says why there can be none.
    @concurrent public func package(of model: PretrainedModel, from registry: RegistryClient) async throws -> URL {
        guard let script = model.file(.torchScript), let recipe = model.lineage.recipe else {
            throw Failure(.notFound, "model '\(model.id)' has no TorchScript file, or its data is unknown")
        }
        guard let manifest = try await registry.manifest(recipe: recipe) else {
            throw Failure(
                .invalidArgument,
                "model '\(model.id)' was trained on data of an older version and cannot prepare new data; search again"
            )
        }
        let place = folder.appending(path: try Self.name(script, manifest, model.metrics))
        let file = place.appending(path: "model.pt")
        guard !FileManager.default.fileExists(atPath: file.path) else { return file }
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try await Self.write(
            script: script, manifest: manifest, metrics: model.metrics, to: file, from: registry)
        return file
    }

    /// Identifies a package by all that it is made from, including the program that makes it: another version of Gyrus may
    /// prepare inputs in another way.
    private static func name(
        _ script: BlobDigest, _ manifest: DatasetManifest, _ metrics: [String: Double]
    ) throws -> String {
        let maker = try? FileManager.default.attributesOfItem(atPath: DataHelper.path)
        let version = [FileAttributeKey.size, .modificationDate].map { key in maker?[key].map { "\($0)" } ?? "" }
        let parts = [script.hexadecimal, try manifest.json, "\(metrics[Target.thresholdName] ?? 0)"] + version
        return BlobDigest(hashing: Array(parts.joined(separator: "\n").utf8)).hexadecimal
    }

    /// Combines a network of the registry with the preparation of its inputs.
    /// - Parameters:
    ///   - metrics: Metrics of the network, including the threshold for labels.
    ///   - file: The file to write, atomically.
    /// - Returns: The manifest of the inputs that the network reads.
    @discardableResult
    @concurrent public static func write(
        script: BlobDigest, manifest: DatasetManifest, metrics: [String: Double], to file: URL,
        from registry: RegistryClient
    ) async throws -> DatasetManifest {
        // Beside the file, so that the last step is a rename; if two processes do the same at once, either may win.
        let work = file.deletingLastPathComponent().appending(path: ".package-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: work) }
        let (network, made) = (work.appending(path: "network.pt"), work.appending(path: "model.pt"))
        try await registry.download(script, to: network)
        let helper = try DataHelper(["package", network.path, made.path])
        var manifest = try await registry.manifest(manifest, for: try helper.next().inputs ?? [])
        if manifest.target.kind == .multiLabel {
            manifest.target.threshold = metrics[Target.thresholdName]
        }
        var frozen: [String: URL] = [:]
        for (name, input) in manifest.inputs {
            guard let script = input.frozen?.script else { continue }
            let file = work.appending(path: "frozen-\(frozen.count).pt")
            try await registry.download(script, to: file)
            frozen[name] = file
        }
        try helper.say(PackageRequest(manifest: manifest, frozen: frozen))
        _ = try helper.next()
        guard rename(made.path, file.path) == 0 else {
            throw Failure(.permissionDenied, "Cannot write '\(file.path)': \(String(cString: strerror(errno)))")
        }
        return manifest
    }
}
