import Crypto

/// The SHA-256 of a blob's content, which is also its name in the registry.
public struct BlobDigest: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The digest as 64 lowercase hexadecimal digits.
    public let hexadecimal: String

    /// Checks and takes a hexadecimal digest.
    /// - Throws: `Failure` with code `invalid-argument` unless it is 64 lowercase hexadecimal digits.
    public init(_ hexadecimal: String) throws {
        let isDigest =
            hexadecimal.utf8.count == 64
            && hexadecimal.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard isDigest else {
            throw Failure(
                .invalidArgument,
                "'\(hexadecimal.prefix(80))' is not a blob digest: expected 64 lowercase hexadecimal digits.")
        }
        self.hexadecimal = hexadecimal
    }

    /// The digest of some bytes.
    public init(hashing bytes: [UInt8]) { self.init(sha256: SHA256.hash(data: bytes)) }

    /// Takes the 32 bytes of a digest that was computed elsewhere.
    public init(sha256 bytes: some Sequence<UInt8>) {
        let digits = Array("0123456789abcdef".utf8)
        let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        precondition(text.count == 64, "A SHA-256 has 32 bytes.")
        hexadecimal = String(decoding: text, as: UTF8.self)
    }

    /// The digest in hexadecimal.
    public var description: String { hexadecimal }
}
