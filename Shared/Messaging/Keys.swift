import CZeroMQ
public import Foundation
import Glibc
import Model

/// One of the two halves of a CURVE key pair, written as 43 characters.
public struct PublicKey: Hashable, Sendable, CustomStringConvertible {
    /// The key in Z85, the format of libzmq.
    let z85: String

    /// The key in letters, digits, `-` and `_`, which shells and YAML leave unchanged.
    public var text: String {
        Data(Z85.bytes(of: z85) ?? []).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// The key in the form shown to people.
    public var description: String { text }

    /// Parses a key in the form of ``text``, or in ZeroMQ's own form of 40 characters (Z85).
    /// - Throws: A `Failure` if the text is not a key.
    public init(_ text: String) throws {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/") + "="
        let bytes = text.utf8.count == 43 ? Data(base64Encoded: standard).map { [UInt8]($0) } : nil
        guard let z85 = Z85.isKey(text) ? text : bytes.flatMap(Z85.text) else {
            throw Failure(
                .invalidArgument, "'\(text)' is not a public key: a key consists of 43 letters, digits, '-' and '_'.")
        }
        self.z85 = z85
    }

    /// A key in the 32 bytes that libzmq provides.
    init?(bytes: [UInt8]) {
        guard let text = Z85.text(of: bytes) else { return nil }
        z85 = text
    }
}

/// The public and the secret key of one process.
///
/// ```swift
/// let keys = try KeyPair.generate()
/// try keys.write(to: URL(filePath: "/etc/gyrus/registry.key"))
/// ```
public struct KeyPair: Hashable, Sendable, CustomStringConvertible {
    /// The public key, which peers need.
    public let publicKey: PublicKey
    /// The secret key in Z85, which nobody else may know.
    let secretKey: String

    /// Only the public key, so that no log shows the secret key.
    public var description: String { "key pair of \(publicKey)" }

    /// Makes new keys.
    public static func generate() throws -> KeyPair {
        var publicText = [CChar](repeating: 0, count: 41)
        var secretText = publicText
        guard zmq_curve_keypair(&publicText, &secretText) == 0 else {
            throw Failure(.internal, "libzmq cannot create keys: \(zmqError()).")
        }
        return KeyPair(publicKey: try PublicKey(Z85.string(publicText)), secretKey: Z85.string(secretText))
    }

    /// The pair that a secret key belongs to; nil if the text is not a key.
    init?(secretKey: String) {
        var publicText = [CChar](repeating: 0, count: 41)
        guard Z85.isKey(secretKey), zmq_curve_public(&publicText, secretKey) == 0,
            let publicKey = try? PublicKey(Z85.string(publicText))
        else { return nil }
        self.init(publicKey: publicKey, secretKey: secretKey)
    }

    private init(publicKey: PublicKey, secretKey: String) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    /// Both halves, to send to a peer over a secure connection.
    package var text: String { "\(publicKey) \(secretKey)" }

    /// Parses both halves in the form of ``text``; throws a `Failure` if they are not keys.
    package init(text: String) throws {
        let halves = text.split(separator: " ").map(String.init)
        guard halves.count == 2, Z85.isKey(halves[1]) else {
            throw Failure(
                .invalidArgument, "'\(halves.first ?? "")' is not a pair of keys, which consists of two keys.")
        }
        self.init(publicKey: try PublicKey(halves[0]), secretKey: halves[1])
    }

    /// Reads a key file, which must be readable only by its owner.
    public init(contentsOf file: URL) throws {
        let path = file.path(percentEncoded: false)
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw Failure(
                .notFound, "There is no key file '\(path)'; create one with `gyrus keys make '\(path)'`.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure(
                .permissionDenied,
                "Others can read the key file '\(path)'; run `chmod 600 '\(path)'` or create new keys.")
        }
        let entries = try KeyFile.entries(of: file)
        guard let publicText = entries["public"], let secretText = entries["secret"], Z85.isKey(secretText) else {
            throw Failure(
                .invalidArgument,
                "The key file '\(path)' lacks a line 'public: …' or 'secret: …' with a key (40 characters).")
        }
        self.init(publicKey: try PublicKey(publicText), secretKey: secretText)
    }

    /// Writes a key file that only its owner can read; never replaces an existing file.
    public func write(to file: URL) throws {
        let path = file.path(percentEncoded: false)
        let text =
            "# Keys of a Gyrus process. Keep this file private; others need only the public key.\n"
            + "public: \(publicKey)\nsecret: \(secretKey)\n"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(.conflict, "Cannot create the key file '\(path)': \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        let written = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == text.utf8.count, fsync(descriptor) == 0 else {
            throw Failure(.internal, "Cannot write the key file '\(path)': \(String(cString: strerror(errno))).")
        }
    }
}

/// What a client needs to reach a server on another machine.
public struct Security: Hashable, Sendable {
    /// The client's own keys.
    public var keys: KeyPair
    /// The public key of the server.
    public var server: PublicKey

    /// Makes the security of a client.
    public init(keys: KeyPair, server: PublicKey) {
        self.keys = keys
        self.server = server
    }
}

/// What a server needs to be reachable from other machines.
public struct ServerSecurity: Hashable, Sendable {
    /// The clients whose requests are answered.
    public enum Admission: Hashable, Sendable {
        /// Clients with one of these keys, each in its role.
        case keys([PublicKey: Role])
        /// Clients with a key in the file, as ``AdmittedKeys`` reads it; read for every new connection.
        case file(URL)
    }

    /// The server's own keys.
    public var keys: KeyPair
    /// The clients whose requests are answered.
    public var admission: Admission

    /// Makes the security of a server.
    public init(keys: KeyPair, admission: Admission) {
        self.keys = keys
        self.admission = admission
    }

    /// The role of a client; nil if it is not admitted.
    func role(of key: PublicKey) throws -> Role? {
        switch admission {
        case .keys(let roles): roles[key]
        case .file(let file): try AdmittedKeys(contentsOf: file).entries.first { $0.key == key }?.role
        }
    }
}

/// Text files with keys.
enum KeyFile {
    /// The lines `name: value` of a file.
    static func entries(of file: URL) throws -> [String: String] {
        var entries: [String: String] = [:]
        for line in try lines(of: file) {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2 { entries[parts[0]] = parts[1] }
        }
        return entries
    }

    /// The lines of a file, except empty lines and comments.
    private static func lines(of file: URL) throws -> [String] {
        try numberedLines(of: file).map(\.text)
    }

    /// A key in Z85 can also begin with `#`.
    private static func isComment(_ line: String) -> Bool {
        line.hasPrefix("#") && !Z85.isKey(String(line.prefix { !$0.isWhitespace }))
    }

    /// The same lines with their numbers, from 1.
    static func numberedLines(of file: URL) throws -> [(number: Int, text: String)] {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw Failure(.notFound, "Cannot read the key file '\(file.path(percentEncoded: false))'.")
        }
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .map { ($0.offset + 1, $0.element.trimmingCharacters(in: .whitespaces)) }
            .filter { !$0.1.isEmpty && !isComment($0.1) }
    }
}

/// ZeroMQ's encoding of 32-byte keys in 40 characters.
enum Z85 {
    static func isKey(_ text: String) -> Bool { bytes(of: text) != nil }

    /// The 32 bytes of a key.
    static func bytes(of text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 32)
        return text.utf8.count == 40 && zmq_z85_decode(&bytes, text) != nil ? bytes : nil
    }

    static func text(of key: [UInt8]) -> String? {
        guard key.count == 32 else { return nil }
        var text = [CChar](repeating: 0, count: 41)
        return zmq_z85_encode(&text, key, 32) == nil ? nil : string(text)
    }

    /// The text up to the terminating NUL.
    static func string(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
