import Crypto
public import Foundation
import Model

/// The keys by which clients are admitted.
public struct BearerKeys: Sendable {
    /// Digests, so that a comparison takes equally long for any key.
    private let digests: [(name: String, digest: SHA256.Digest)]

    /// Minimum length of a key.
    public static let shortest = 16

    /// Reads a file with a name and a key on each line; skips empty lines and those that begin with `#`.
    /// - Throws: `Failure` that names the invalid line.
    public init(file: URL) throws {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw Failure(.invalidArgument, "Cannot read the key file '\(file.path)'.")
        }
        var digests: [(String, SHA256.Digest)] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.isEmpty || words[0].hasPrefix("#") { continue }
            guard words.count == 2, words[1].utf8.count >= Self.shortest else {
                throw Failure(
                    .invalidArgument,
                    "'\(file.path)', line \(number + 1) needs a name and a key of at least \(Self.shortest) characters."
                )
            }
            digests.append((String(words[0]), SHA256.hash(data: Data(words[1].utf8))))
        }
        guard !digests.isEmpty else {
            throw Failure(
                .invalidArgument,
                "'\(file.path)' has no key; add a line such as: phone \(Self.example)")
        }
        self.digests = digests
    }

    /// The client's name for an `Authorization` field; nil if its key is unknown.
    public func name(authorization field: String?) -> String? {
        guard let field, field.lowercased().hasPrefix("bearer ") else { return nil }
        let key = field.dropFirst("bearer ".count).trimmingCharacters(in: .whitespaces)
        let digest = SHA256.hash(data: Data(key.utf8))
        return digests.first { $0.digest == digest }?.name
    }

    private static var example: String {
        (0..<24).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
    }
}
