public import Foundation
import Glibc
import HelperProcesses
public import Model
public import RegistryClient

/// Packages of the registry's models: networks combined with the preparation of their inputs. A size-limited folder that
/// the processes of a user share; the least recently used packages make room for new ones.
public struct PackageStore: Sendable {
    /// How long after its last use a package is kept, so that the caller can open it.
    static let grace: TimeInterval = 60
    /// Environment variable with the maximum size of the user's own store in GiB.
    public static let sizeVariable = "GYRUS_PACKAGE_CACHE"
    /// The size if the variable is not set, in GiB.
    static let usualSize = 8

    private let folder: @Sendable () throws -> URL
    private let limitBytes: @Sendable () throws -> UInt64

    /// Makes a store in a folder.
    /// - Parameter limitBytes: Maximum total size of the packages. Packages in use are kept even beyond it.
    public init(_ folder: URL, limitBytes: UInt64) {
        self.folder = { folder }
        self.limitBytes = { limitBytes }
    }

    private init(_ environment: [String: String]) {
        folder = { try CacheFolder.place("packages", environment) }
        limitBytes = { try Self.limit(environment) }
    }

    /// The user's own store, in the cache folder.
    public static var usual: PackageStore { PackageStore(ProcessInfo.processInfo.environment) }

    /// The maximum size in bytes according to the environment.
    /// - Throws: `Failure` if the variable is not a number of GiB.
    static func limit(_ environment: [String: String]) throws(Failure) -> UInt64 {
        guard let text = environment[sizeVariable], !text.isEmpty else { return UInt64(usualSize) << 30 }
        guard let size = Int(text), (1...65_536).contains(size) else {
            throw Failure(.invalidArgument, "\(sizeVariable) is '\(text)'; it must be from 1 to 65536 GiB.")
        }
        return UInt64(size) << 30
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
        let (folder, limitBytes) = (try folder(), try limitBytes())
        let place = folder.appending(path: try Self.name(script, manifest, model.metrics))
        let file = place.appending(path: Self.file)
        guard !Self.markUsed(file) else { return file }
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try await Self.write(
            script: script, manifest: manifest, metrics: model.metrics, to: file, from: registry)
        Self.makeRoom(in: folder, limitBytes)
        return file
    }

    private static let file = "model.pt"

    /// Marks a package as used now; false if there is none.
    private static func markUsed(_ file: URL) -> Bool { utimes(file.path, nil) == 0 }

    /// Keeps a package, even if it is not opened for a long time, until the result is released.
    /// - Parameter package: The package's file.
    public static func hold(_ package: URL) throws -> any Sendable {
        let descriptor = try Descriptor.open(package.path, O_RDONLY)
        descriptor.shareLock()
        return descriptor
    }

    /// Removes the least recently used packages until the rest is within the limit.
    static func makeRoom(in folder: URL, _ limitBytes: UInt64, at now: Date = Date()) {
        let places = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        var packages = places.map { (place: $0, bytes: bytes(in: $0), used: used($0)) }
        packages.sort { $0.used < $1.used }
        var size = packages.reduce(0) { $0 + $1.bytes }
        for package in packages where size > limitBytes {
            guard now.timeIntervalSince(package.used) > grace, !isHeld(package.place.appending(path: file)),
                (try? FileManager.default.removeItem(at: package.place)) != nil
            else { continue }
            size -= package.bytes
        }
    }

    private static func isHeld(_ package: URL) -> Bool {
        guard let descriptor = try? Descriptor.open(package.path, O_RDONLY) else { return false }
        return !descriptor.tryLock()
    }

    /// When a package was last used; what a killed process left of one counts from its start.
    private static func used(_ place: URL) -> Date {
        let keys: Set<URLResourceKey> = [.contentModificationDateKey]
        let places = [place.appending(path: file), place]
        return places.lazy.compactMap { try? $0.resourceValues(forKeys: keys).contentModificationDate }.first
            ?? .distantPast
    }

    private static func bytes(in place: URL) -> UInt64 {
        let files = FileManager.default.enumerator(at: place, includingPropertiesForKeys: [.fileSizeKey])
        return (files?.compactMap { $0 as? URL } ?? []).reduce(0) { sum, file in
            sum + UInt64((try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize ?? 0)
        }
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
