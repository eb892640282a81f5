public import Foundation
public import Model

/// A size-limited folder of blobs downloaded from the registry, shared by the processes of a machine.
///
/// Each file in it is complete and verified. The least recently used files make room for new ones; a file that is
/// removed while a process has it mapped stays readable for that process.
///
/// ```swift
/// let cache = BlobCache(directory: folder, limitBytes: 4 << 30, registry: registry)
/// let url = try await cache.file(for: digest)          // downloaded if needed; map it at once
/// ```
public actor BlobCache {
    /// How long after its last use a file is kept, so that the caller can open it.
    static let grace: TimeInterval = 60

    private let directory: URL
    private let limitBytes: UInt64
    private let registry: RegistryClient
    private let now: @Sendable () -> Date
    /// Files verified by this process, by digest, with their state at that time.
    private var verified: [BlobDigest: String] = [:]
    private var downloads: [BlobDigest: Task<URL, any Error>] = [:]

    /// Makes a cache in a folder, which need not exist.
    /// - Parameters:
    ///   - limitBytes: Maximum total size of the files.
    ///   - now: Current time, replaced in tests.
    public init(
        directory: URL, limitBytes: UInt64, registry: RegistryClient, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.directory = directory
        self.limitBytes = limitBytes
        self.registry = registry
        self.now = now
    }

    /// The file with a blob's content, downloaded if it is missing.
    /// - Throws: `Failure`: `not-found` if the registry has no such blob, `invalid-argument` if it is larger than the
    ///   cache's limit.
    public func file(for digest: BlobDigest) async throws -> URL {
        let url = place(of: digest)
        if try await isWhole(url, digest) { return url }
        if let download = downloads[digest] { return try await download.value }
        let download = Task { try await self.download(digest, to: url) }
        downloads[digest] = download
        defer { downloads[digest] = nil }
        return try await withTaskCancellationHandler {
            try await download.value
        } onCancel: {
            download.cancel()
        }
    }

    /// Total size of the files.
    public var sizeBytes: UInt64 { entries().reduce(0) { $0 + $1.bytes } }

    private func place(of digest: BlobDigest) -> URL {
        directory.appending(path: "\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal)")
    }

    // MARK: - Finding

    /// Whether the file exists and is verified; removes one that does not match its digest.
    private func isWhole(_ url: URL, _ digest: BlobDigest) async throws -> Bool {
        guard let file = try? BlobFile(reading: url) else { return false }
        if verified[digest] != file.stamp {
            guard try await Self.verify(file, digest) else {
                verified[digest] = nil
                try file.remove()
                return false
            }
        }
        // Other processes see the access time as well.
        file.markUsed(at: now())
        verified[digest] = file.stamp
        return true
    }

    @concurrent private static func verify(_ file: BlobFile, _ digest: BlobDigest) async throws -> Bool {
        try file.digest() == digest
    }

    // MARK: - Downloading

    private func download(_ digest: BlobDigest, to url: URL) async throws -> URL {
        let state = try await registry.state(of: digest)
        guard state.isComplete else {
            throw Failure(.notFound, "The registry has no blob \(digest).")
        }
        guard state.bytes <= limitBytes else {
            throw Failure(
                .invalidArgument,
                "Blob \(digest) has \(state.bytes) bytes, but the cache in \(directory.path) may hold \(limitBytes);"
                    + " raise its limit.")
        }
        makeRoom(for: state.bytes)
        while true {
            do {
                try await registry.download(digest, to: url)
            } catch let failure as Failure where failure.code == .busy {
                // Another process on this machine is downloading the same blob.
                try await Task.sleep(for: failure.retryAfter ?? .milliseconds(100))
            }
            if try await isWhole(url, digest) { return url }
        }
    }

    // MARK: - Making room

    private struct Entry {
        let url: URL
        let bytes: UInt64
        let used: Date
    }

    private func entries() -> [Entry] {
        let keys: Set<URLResourceKey> = [.fileSizeKey, .contentAccessDateKey, .isRegularFileKey]
        guard let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: Array(keys)) else {
            return []
        }
        return files.compactMap { item in
            guard let url = item as? URL, let values = try? url.resourceValues(forKeys: keys),
                values.isRegularFile == true
            else { return nil }
            return Entry(
                url: url, bytes: UInt64(values.fileSize ?? 0), used: values.contentAccessDate ?? .distantPast)
        }
    }

    /// Removes the least recently used files until there is room; it is safe if another process does the same.
    private func makeRoom(for bytes: UInt64) {
        let entries = entries().sorted { $0.used < $1.used }
        var size = entries.reduce(0) { $0 + $1.bytes } + bytes
        for entry in entries where size > limitBytes {
            guard now().timeIntervalSince(entry.used) > Self.grace else { continue }
            guard (try? FileManager.default.removeItem(at: entry.url)) != nil else { continue }
            size -= entry.bytes
        }
    }
}
