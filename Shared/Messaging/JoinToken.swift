import Foundation
import Model

/// What a machine needs to join a project on another machine: the key of its services, a key pair that they admit, and
/// the first of their ports. It is a secret.
///
/// It consists only of letters, digits, `-` and `_`, so that it passes through shells, YAML and mail unchanged.
public struct JoinToken: Hashable, Sendable {
    /// Its prefix, by which people and secret scanners recognize it.
    private static let prefix = "gyrus1-"

    /// The public key of the services.
    public let services: PublicKey
    /// The keys of the joining machine.
    public let keys: KeyPair
    /// The first of the services' ports.
    public let port: UInt16

    /// Makes a token.
    public init(services: PublicKey, keys: KeyPair, port: UInt16) {
        self.services = services
        self.keys = keys
        self.port = port
    }

    /// The token as text.
    public var text: String {
        let halves = [services.z85, keys.secretKey].flatMap { Z85.bytes(of: $0) ?? [] }
        let bytes = [UInt8(port >> 8), UInt8(port & 0xff)] + halves
        let code = Data(bytes + Self.checksum(bytes)).base64EncodedString()
        return Self.prefix
            + code.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Parses a token.
    /// - Throws: `Failure` that says what is wrong with it without revealing its contents.
    public init(_ text: String) throws {
        func wrong(_ what: String) -> Failure {
            Failure(
                .invalidArgument, "The token \(what); create a new one on the machine of the services: gyrus keys token"
            )
        }
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.hasPrefix(Self.prefix) else { throw wrong("does not begin with '\(Self.prefix)'") }
        var code = text.dropFirst(Self.prefix.count).replacing("-", with: "+").replacing("_", with: "/")
        code += String(repeating: "=", count: (4 - code.count % 4) % 4)
        guard let data = Data(base64Encoded: String(code)), data.count == 70 else {
            throw wrong("is truncated or has characters that are not allowed in a token")
        }
        let bytes = [UInt8](data)
        let (contents, sum) = (Array(bytes.prefix(66)), Array(bytes.suffix(4)))
        guard Self.checksum(contents) == sum, let services = PublicKey(bytes: Array(contents[2..<34])),
            let secret = Z85.text(of: Array(contents[34..<66])), let keys = KeyPair(secretKey: secret)
        else { throw wrong("was changed in transit") }
        self.init(services: services, keys: keys, port: UInt16(contents[0]) << 8 | UInt16(contents[1]))
    }

    /// Protects against mistakes, not against attackers: anyone who can change a token could also create one.
    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        let sum = bytes.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
    }
}
