public import Foundation
public import Model

/// A bounded folder of blobs that were downloaded from the registry, shared by the processes of a machine.
///
/// A file in it is whole and verified. The least recently used files make room; a file that is removed while a process
/// has it mapped stays readable for that process.
///
/// ```swift
/// let cache = BlobCache(directory: folder, limitBytes: 4 << 30, registry: registry)
/// let url = try await cache.file(for: digest)          // downloaded if need be; map it at once
/// ```
public actor BlobCache {
    /// How long after its last use a file is not removed, so that whoever asked for it can open it.
    static let grace: TimeInterval = 60

    private let directory: URL
    private let limitBytes: UInt64
    private let registry: RegistryClient
    private let now: @Sendable () -> Date
    /// Files that this process has verified, by digest, with what they looked like then.
    private var verified: [BlobDigest: String] = [:]
    private var downloads: [BlobDigest: Task<URL, any Error>] = [:]

    /// Makes a cache in a folder, which need not exist.
    /// - Parameters:
    ///   - limitBytes: Size that all files may have together.
    ///   - now: Time of day, replaced in tests.
    public init(
        directory: URL, limitBytes: UInt64, registry: RegistryClient, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.directory = directory
        self.limitBytes = limitBytes
        self.registry = registry
        self.now = now
    }

    /// The file with a blob's content, downloaded unless it is there.
    /// - Throws: `Failure`: `not-found` where the registry has no such blob, `invalid-argument` if it is larger than
    ///   the cache may become.
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

    /// Size of all files together.
    public var sizeBytes: UInt64 { entries().reduce(0) { $0 + $1.bytes } }

    private func place(of digest: BlobDigest) -> URL {
        directory.appending(path: "\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal)")
    }

    // MARK: - Finding

    /// Whether the file is there and verified; one that does not match its digest is removed.
    private func isWhole(_ url: URL, _ digest: BlobDigest) async throws -> Bool {
        guard let file = try? BlobFile(reading: url) else { return false }
        if verified[digest] != file.stamp {
            guard try await Self.verify(file, digest) else {
                verified[digest] = nil
                try file.remove()
                return false
            }
        }
        // Other processes see the time of access as well.
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
                "Blob \(digest) has \(state.bytes) bytes, but the cache in \(directory.path) may have \(limitBytes);"
                    + " raise its limit.")
        }
        makeRoom(for: state.bytes)
        while true {
            do {
                try await registry.download(digest, to: url)
            } catch let failure as Failure where failure.code == .busy {
                // Another process of this machine downloads the same blob.
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

    /// Removes what was not used for longest until there is room; another process that does the same does no harm.
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
