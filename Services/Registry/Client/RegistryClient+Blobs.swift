public import Foundation
import Messaging
public import Model
import Schema

/// How much of a blob the registry has.
public struct BlobState: Hashable, Sendable {
    /// Whether the blob is complete and verified.
    public let isComplete: Bool
    /// Size of a complete blob, or the offset at which to continue an interrupted upload.
    public let bytes: UInt64
}

extension RegistryClient {
    /// Maximum size of a chunk in bytes.
    package static let chunkBytes = 8 << 20
    /// Timeout for one chunk, which includes the flush to disk after the last one.
    private static let chunkTimeout = Duration.seconds(60)
    /// Largest blob that is read into memory as a whole.
    private static let largestInMemory: UInt64 = 256 << 20

    /// How much of a blob the registry has.
    public func state(of digest: BlobDigest) async throws -> BlobState {
        let reply = try await requests.callRetrying(
            .blobStat, Wire.BlobStatRequest(digest: digest.hexadecimal), for: patience)
        return BlobState(isComplete: reply.complete, bytes: reply.bytes)
    }

    /// How long the registry keeps the files of a result that does not become a model.
    public static let resultLife = Duration.seconds(90 * 86_400)

    /// Uploads a file and returns its digest once the registry has verified it and written it to disk.
    ///
    /// Continues an upload that was interrupted on either side. Does not resend a blob that the registry already has.
    /// - Parameter time: How long the registry keeps the blob unless a model or dataset needs it; nil for permanently.
    @concurrent public func upload(file: URL, keepFor time: Duration? = nil) async throws -> BlobDigest {
        let source = try BlobFile(reading: file)
        let digest = try source.digest()
        try await send(digest, total: source.size, keepFor: time) { try source.read(at: $0, count: Self.chunkBytes) }
        return digest
    }

    /// Uploads bytes and returns their digest once the registry has verified them and written them to disk.
    @concurrent public func upload(bytes: [UInt8], keepFor time: Duration? = nil) async throws -> BlobDigest {
        let digest = BlobDigest(hashing: bytes)
        try await send(digest, total: UInt64(bytes.count), keepFor: time) { offset in
            Array(bytes[Int(offset)...].prefix(Self.chunkBytes))
        }
        return digest
    }

    /// Maximum number of blobs in one request to hold them.
    package static let mostHeld = 1_000

    /// Keeps blobs at least for a time, whatever the retention policy is; unknown ones are ignored. Safe to repeat.
    public func hold(_ digests: [BlobDigest], for time: Duration) async throws {
        for start in stride(from: 0, to: digests.count, by: Self.mostHeld) {
            let some = digests[start..<min(start + Self.mostHeld, digests.count)]
            let request = Wire.BlobHoldRequest(
                digests: some.map(\.hexadecimal), seconds: UInt32(clamping: time.components.seconds))
            _ = try await requests.callRetrying(.blobHold, request, timeout: Self.chunkTimeout, for: patience)
        }
    }

    private func send(
        _ digest: BlobDigest, total: UInt64, keepFor time: Duration?, chunk: (UInt64) throws -> [UInt8]
    ) async throws {
        let keep = time.map { UInt32(clamping: max(1, $0.components.seconds)) } ?? 0
        func write(at offset: UInt64, _ bytes: [UInt8]) async throws -> BlobState {
            let request = Wire.BlobWriteRequest(
                digest: digest.hexadecimal, total: total, offset: offset, keepSeconds: keep)
            let (reply, _) = try await requests.callRetrying(
                .blobWrite, request, attachment: bytes, timeout: Self.chunkTimeout, for: patience)
            return BlobState(isComplete: reply.complete, bytes: reply.bytes)
        }
        // An empty chunk, to learn what the registry already has.
        var state = try await write(at: 0, [])
        var restarts = 0
        while !state.isComplete {
            // If the registry was killed after receiving everything but before recording the blob, the last byte
            // completes it.
            let offset = state.bytes == total && total > 0 ? total - 1 : state.bytes
            guard offset < total else {
                throw Failure(.conflict, "The registry has \(offset) bytes of blob \(digest), which has \(total).")
            }
            state = try await write(at: offset, try chunk(offset))
            // A registry that lost power may have lost the end of the upload, but not repeatedly.
            restarts += !state.isComplete && state.bytes <= offset ? 1 : 0
            guard restarts < 4 else {
                throw Failure(.unavailable, "The upload of blob \(digest) is stuck at byte \(offset); try again.")
            }
        }
    }

    /// Downloads a blob into a file, which appears complete and verified or not at all.
    ///
    /// Continues an interrupted download into the same file.
    @concurrent public func download(_ digest: BlobDigest, to file: URL) async throws {
        let part = try BlobFile(appendingTo: file.appendingPathExtension("part"))
        let isResumed = part.size > 0
        do {
            try await fetch(digest, into: part)
        } catch {
            if part.size == 0 { try? part.remove() }
            throw error
        }
        if try isResumed && part.digest() != digest {
            // The leftover of the earlier download was not the beginning of this blob.
            try part.truncate(to: 0)
            try await fetch(digest, into: part)
        }
        guard try part.digest() == digest else {
            try part.remove()
            throw Failure(
                .corrupt, "The download of blob \(digest) does not match its digest and was removed. Try again.",
                isRetriable: true)
        }
        try part.publish(as: file)
    }

    private func fetch(_ digest: BlobDigest, into part: BlobFile) async throws {
        while true {
            let size = part.size
            let (bytes, total) = try await chunk(of: digest, at: size)
            if size > total {
                try part.truncate(to: 0)
                continue
            }
            guard size + UInt64(bytes.count) <= total, !bytes.isEmpty || size == total else {
                throw Failure(.corrupt, "The registry sent bytes that cannot belong to blob \(digest).")
            }
            try part.append(bytes)
            if size + UInt64(bytes.count) == total { return }
        }
    }

    /// The verified content of a blob that fits into memory (at most 256 MiB).
    @concurrent public func bytes(of digest: BlobDigest) async throws -> [UInt8] {
        var content: [UInt8] = []
        repeat {
            let (bytes, total) = try await chunk(of: digest, at: UInt64(content.count))
            guard total <= Self.largestInMemory else {
                throw Failure(.invalidArgument, "Blob \(digest) has \(total) bytes; download it into a file instead.")
            }
            content += bytes
            guard !bytes.isEmpty, UInt64(content.count) < total else { break }
        } while true
        guard BlobDigest(hashing: content) == digest else {
            throw Failure(
                .corrupt, "The download of blob \(digest) does not match its digest. Try again.",
                isRetriable: true)
        }
        return content
    }

    /// Digests and sizes of all blobs in digest order, page by page; each page starts after the last digest of the
    /// previous one.
    public func blobs(after digest: BlobDigest? = nil) async throws -> [(digest: BlobDigest, bytes: UInt64)] {
        let request = Wire.BlobListRequest(after: digest?.hexadecimal ?? "")
        return try await requests.callRetrying(.blobList, request, for: patience).blobs.map {
            (try BlobDigest($0.digest), $0.bytes)
        }
    }

    /// Up to 8 MiB of a blob from an offset, with the size of the whole blob; not verified.
    public func piece(
        of digest: BlobDigest, at offset: UInt64, limit: Int
    ) async throws -> (bytes: [UInt8], total: UInt64) {
        try await chunk(of: digest, at: offset, limit: limit)
    }

    private func chunk(
        of digest: BlobDigest, at offset: UInt64, limit: Int = chunkBytes
    ) async throws -> ([UInt8], total: UInt64) {
        let request = Wire.BlobReadRequest(
            digest: digest.hexadecimal, offset: offset, limit: UInt32(clamping: limit))
        let (reply, bytes) = try await requests.callRetrying(
            .blobRead, request, attachment: [], timeout: Self.chunkTimeout, for: patience)
        return (bytes, reply.total)
    }
}
