public import Foundation
import Glibc
import Model

/// A file of the keys that a server admits: one line per key, with the key, its role and a display name.
///
/// ```
/// # KEY                                       ROLE     NAME
/// v0cIzXEVQvXqI2WkrB3X0fQnbU1r5z1cXnM5rUV7w2k worker   lab-2
/// ```
public struct AdmittedKeys: Sendable {
    /// One line.
    public struct Entry: Hashable, Sendable {
        /// The client's key.
        public let key: PublicKey
        /// What it may do.
        public let role: Role
        /// Its display name; empty if the file has none.
        public let name: String
    }

    /// All lines, in file order.
    public private(set) var entries: [Entry] = []
    private let file: URL

    /// Reads a file.
    /// - Throws: `Failure` that names the invalid line.
    public init(contentsOf file: URL) throws {
        self.file = file
        let path = file.path(percentEncoded: false)
        for (number, line) in try KeyFile.numberedLines(of: file) {
            let words = line.split(maxSplits: 2, whereSeparator: \.isWhitespace).map(String.init)
            func wrong(_ what: String) -> Failure { Failure(.invalidArgument, "\(path):\(number): \(what)") }
            guard let key = try? PublicKey(words[0]) else {
                throw wrong("'\(words[0])' is not a public key: a key consists of 43 letters, digits, '-' and '_'.")
            }
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            guard words.count > 1 else { throw wrong("the key has no role; add one of \(roles) after it.") }
            guard let role = Role(rawValue: words[1]) else {
                throw wrong("there is no role '\(words[1])'; use one of \(roles).")
            }
            entries.append(Entry(key: key, role: role, name: words.count > 2 ? words[2] : ""))
        }
    }

    /// Admits a key.
    /// - Throws: `Failure` with code `conflict` if another key has the name.
    public mutating func add(_ key: PublicKey, as role: Role, name: String) throws {
        guard !name.contains(where: \.isNewline), name.utf8.count <= 100 else {
            throw Failure(.invalidArgument, "The name of a key must be one line of at most 100 bytes.")
        }
        guard name.isEmpty || !entries.contains(where: { $0.name == name }) else {
            throw Failure(.conflict, "A key named '\(name)' is already admitted; choose another name.")
        }
        try change(entries + [Entry(key: key, role: role, name: name)])
    }

    /// Stops admitting a key, given by name or as text. Its existing connections remain until they end.
    /// - Returns: What was removed.
    @discardableResult
    public mutating func remove(_ nameOrKey: String) throws -> Entry {
        guard let found = entries.first(where: { $0.name == nameOrKey || $0.key == (try? PublicKey(nameOrKey)) }) else {
            throw Failure(.notFound, "There is no admitted key '\(nameOrKey)'.")
        }
        try change(entries.filter { $0 != found })
        return found
    }

    /// Atomically replaces the file with one that has the given entries.
    private mutating func change(_ entries: [Entry]) throws {
        try Self.write(entries, to: file)
        self.entries = entries
    }

    /// Makes a file that admits no keys yet.
    public static func create(at file: URL) throws -> AdmittedKeys {
        try write([], to: file)
        return try AdmittedKeys(contentsOf: file)
    }

    private static func write(_ entries: [Entry], to file: URL) throws {
        let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
        let lines = entries.map { "\($0.key) \($0.role.rawValue) \($0.name)" }
        let text = (["# Keys that are admitted: KEY ROLE NAME. Roles are \(roles)."] + lines).joined(separator: "\n")
        do {
            try Data("\(text)\n".utf8).write(to: file, options: .atomic)
        } catch {
            throw Failure(
                .permissionDenied,
                "Cannot write the file of admitted keys '\(file.path(percentEncoded: false))': "
                    + "\(error.systemReason)")
        }
    }
}
