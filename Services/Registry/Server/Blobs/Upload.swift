import Crypto
import Foundation
import Model
import RegistryClient

/// A blob that is arriving: its file, and the digests of what is present so far.
final class Upload {
    let file: BlobFile
    private(set) var size: UInt64 = 0
    private(set) var used = ContinuousClock.now
    private var whole = SHA256()
    private var chunk = SHA256()
    private var chunkSize = 0
    private var chunks: [UInt8] = []

    /// Resumes from the content of the file.
    init(_ url: URL) throws {
        file = try BlobFile(appendingTo: url)
        try file.forEachPiece { take($0[...]) }
    }

    /// Adds bytes at the end of the file.
    func append(_ bytes: ArraySlice<UInt8>) throws {
        do {
            try file.append(bytes)
        } catch {
            // The digests do not cover a part that was written before the failure.
            try? file.truncate(to: size)
            throw error
        }
        take(bytes)
        used = .now
    }

    /// The digest of the whole, and the concatenated digests of its 8 MiB chunks.
    func finish() -> (digest: BlobDigest, chunks: [UInt8]) {
        if chunkSize > 0 { endChunk() }
        return (BlobDigest(sha256: whole.finalize()), chunks)
    }

    private func take(_ bytes: ArraySlice<UInt8>) {
        size += UInt64(bytes.count)
        whole.update(bytes)
        var rest = bytes
        while !rest.isEmpty {
            let part = rest.prefix(RegistryClient.chunkBytes - chunkSize)
            chunk.update(part)
            chunkSize += part.count
            if chunkSize == RegistryClient.chunkBytes { endChunk() }
            rest = rest.dropFirst(part.count)
        }
    }

    private func endChunk() {
        chunks += chunk.finalize()
        chunk = SHA256()
        chunkSize = 0
    }
}

extension SHA256 {
    fileprivate mutating func update(_ bytes: ArraySlice<UInt8>) {
        bytes.withUnsafeBytes { update(bufferPointer: $0) }
    }
}
