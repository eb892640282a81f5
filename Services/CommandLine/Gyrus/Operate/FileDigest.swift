import Crypto
import Foundation
import Model

/// SHA-256 of files of any size.
enum FileDigest {
    static func of(_ url: URL) throws -> BlobDigest {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        var hash = SHA256()
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
        return BlobDigest(sha256: hash.finalize())
    }
}
