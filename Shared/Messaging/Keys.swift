import CZeroMQ
public import Foundation
import Glibc
import Model

/// One of the two halves of a CURVE key, which is written in 40 characters.
public struct PublicKey: Hashable, Sendable, CustomStringConvertible {
    /// The key in Z85.
    public let text: String

    /// The key in Z85.
    public var description: String { text }

    /// Reads a key; throws a `Failure` if the text is none.
    public init(_ text: String) throws {
        guard Z85.isKey(text) else {
            throw Failure(.invalidArgument, "'\(text)' is no public key: a key has 40 characters (Z85).")
        }
        self.text = text
    }

    /// A key as libzmq hands it over, in 32 bytes.
    init?(bytes: [UInt8]) {
        guard let text = Z85.text(of: bytes) else { return nil }
        self.text = text
    }
}

/// The public and the secret key of one process.
///
/// ```swift
/// let keys = try KeyPair.generate()
/// try keys.write(to: URL(filePath: "/etc/gyrus/registry.key"))
/// ```
public struct KeyPair: Hashable, Sendable, CustomStringConvertible {
    /// What peers need to know.
    public let publicKey: PublicKey
    /// What nobody else may know, in Z85.
    let secretKey: String

    /// The public key only, so that no log shows the other.
    public var description: String { "key pair of \(publicKey)" }

    /// Makes new keys.
    public static func generate() throws -> KeyPair {
        var publicText = [CChar](repeating: 0, count: 41)
        var secretText = publicText
        guard zmq_curve_keypair(&publicText, &secretText) == 0 else {
            throw Failure(.internal, "libzmq cannot make keys: \(zmqError()).")
        }
        return KeyPair(publicKey: try PublicKey(Z85.string(publicText)), secretKey: Z85.string(secretText))
    }

    private init(publicKey: PublicKey, secretKey: String) {
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    /// Both halves, to be handed to a peer over a connection that is safe.
    package var text: String { "\(publicKey) \(secretKey)" }

    /// Reads both halves as ``text`` has them; throws a `Failure` if they are none.
    package init(text: String) throws {
        let halves = text.split(separator: " ").map(String.init)
        guard halves.count == 2, Z85.isKey(halves[1]) else {
            throw Failure(.invalidArgument, "A pair of keys has two keys; '\(halves.first ?? "")' is none.")
        }
        self.init(publicKey: try PublicKey(halves[0]), secretKey: halves[1])
    }

    /// Reads a key file, which nobody but its owner may be able to read.
    public init(contentsOf file: URL) throws {
        let path = file.path(percentEncoded: false)
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw Failure(
                .notFound, "There is no key file '\(path)'; make one with `gyrus keys make '\(path)'`.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure(
                .permissionDenied,
                "Others can read the key file '\(path)'; run `chmod 600 '\(path)'` or make new keys.")
        }
        let entries = try KeyFile.entries(of: file)
        guard let publicText = entries["public"], let secretText = entries["secret"], Z85.isKey(secretText) else {
            throw Failure(
                .invalidArgument,
                "The key file '\(path)' lacks a line 'public: …' or 'secret: …' with a key (40 characters).")
        }
        self.init(publicKey: try PublicKey(publicText), secretKey: secretText)
    }

    /// Writes a key file that only its owner can read; never replaces a file.
    public func write(to file: URL) throws {
        let path = file.path(percentEncoded: false)
        let text =
            "# Keys of a Gyrus process. Keep this file to yourself; others need the public key only.\n"
            + "public: \(publicKey)\nsecret: \(secretKey)\n"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(.conflict, "Cannot make the key file '\(path)': \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        let written = Array(text.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard written == text.utf8.count, fsync(descriptor) == 0 else {
            throw Failure(.internal, "Cannot write the key file '\(path)': \(String(cString: strerror(errno))).")
        }
    }
}

/// What a client needs to reach a server beyond its own machine.
public struct Security: Hashable, Sendable {
    /// The client's own keys.
    public var keys: KeyPair
    /// The key by which the server is known.
    public var server: PublicKey

    /// Makes the security of a client.
    public init(keys: KeyPair, server: PublicKey) {
        self.keys = keys
        self.server = server
    }
}

/// What a server needs to be reachable from beyond its own machine.
public struct ServerSecurity: Hashable, Sendable {
    /// Whose requests are answered.
    public enum Admission: Hashable, Sendable {
        /// Clients with one of these keys.
        case keys(Set<PublicKey>)
        /// Clients with a key in the file, one a line, `#` begins a comment; read for every new connection.
        case file(URL)
    }

    /// The server's own keys.
    public var keys: KeyPair
    /// Whose requests are answered.
    public var admission: Admission

    /// Makes the security of a server.
    public init(keys: KeyPair, admission: Admission) {
        self.keys = keys
        self.admission = admission
    }

    func admits(_ key: PublicKey) throws -> Bool {
        switch admission {
        case .keys(let keys): keys.contains(key)
        case .file(let file): try KeyFile.keys(of: file).contains(key.text)
        }
    }
}

/// The two kinds of text files with keys.
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

    /// The first word of every line.
    static func keys(of file: URL) throws -> Set<String> {
        Set(try lines(of: file).compactMap { $0.split(whereSeparator: \.isWhitespace).first.map(String.init) })
    }

    private static func lines(of file: URL) throws -> [String] {
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw Failure(.notFound, "Cannot read the key file '\(file.path(percentEncoded: false))'.")
        }
        return text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.hasPrefix("#") && !$0.isEmpty }
    }
}

/// The writing of 32-byte keys in 40 characters that ZeroMQ uses.
enum Z85 {
    static func isKey(_ text: String) -> Bool {
        guard text.utf8.count == 40 else { return false }
        var bytes = [UInt8](repeating: 0, count: 32)
        return zmq_z85_decode(&bytes, text) != nil
    }

    static func text(of key: [UInt8]) -> String? {
        guard key.count == 32 else { return nil }
        var text = [CChar](repeating: 0, count: 41)
        return zmq_z85_encode(&text, key, 32) == nil ? nil : string(text)
    }

    /// The text up to the NUL that ends it.
    static func string(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
