import Foundation
import Model

/// What a machine needs to take part in a project of another one: the key of its services, a key of its own that they
/// admit, and the first of their ports. It is a secret.
///
/// Written in letters, digits, `-` and `_` alone, so that it passes through shells, YAML and mails as it is.
public struct JoinToken: Hashable, Sendable {
    /// By what it begins, so that people and scanners for secrets know what it is.
    private static let prefix = "gyrus1-"

    /// The key by which the services are known.
    public let services: PublicKey
    /// The keys of who joins.
    public let keys: KeyPair
    /// The first of the services' ports.
    public let port: UInt16

    /// Makes a token.
    public init(services: PublicKey, keys: KeyPair, port: UInt16) {
        self.services = services
        self.keys = keys
        self.port = port
    }

    /// The token as it is handed over.
    public var text: String {
        let halves = [services.z85, keys.secretKey].flatMap { Z85.bytes(of: $0) ?? [] }
        let bytes = [UInt8(port >> 8), UInt8(port & 0xff)] + halves
        let code = Data(bytes + Self.checksum(bytes)).base64EncodedString()
        return Self.prefix
            + code.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Reads a token.
    /// - Throws: `Failure` that says what is wrong with it, and nothing of its contents.
    public init(_ text: String) throws {
        func wrong(_ what: String) -> Failure {
            Failure(.invalidArgument, "The token \(what); make a new one where the services run: gyrus keys token")
        }
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.hasPrefix(Self.prefix) else { throw wrong("does not begin with '\(Self.prefix)'") }
        var code = text.dropFirst(Self.prefix.count).replacing("-", with: "+").replacing("_", with: "/")
        code += String(repeating: "=", count: (4 - code.count % 4) % 4)
        guard let data = Data(base64Encoded: String(code)), data.count == 70 else {
            throw wrong("is cut short or has characters that no token has")
        }
        let bytes = [UInt8](data)
        let (contents, sum) = (Array(bytes.prefix(66)), Array(bytes.suffix(4)))
        guard Self.checksum(contents) == sum, let services = PublicKey(bytes: Array(contents[2..<34])),
            let secret = Z85.text(of: Array(contents[34..<66])), let keys = KeyPair(secretKey: secret)
        else { throw wrong("was changed on its way") }
        self.init(services: services, keys: keys, port: UInt16(contents[0]) << 8 | UInt16(contents[1]))
    }

    /// Against mistakes, not against attackers: who could change a token could make one.
    private static func checksum(_ bytes: [UInt8]) -> [UInt8] {
        let sum = bytes.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        return (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
    }
}
