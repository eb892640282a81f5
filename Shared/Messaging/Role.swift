/// What a key may do, written after the key in a file of admitted keys.
///
/// Roles are no ladder: who trains networks needs not to publish scenarios, and who publishes needs not to hand in results.
public enum Role: String, CaseIterable, Hashable, Sendable {
    /// Looks, and changes nothing.
    case reader
    /// Takes tasks and hands in what came of them.
    case worker
    /// Has scenarios searched and tasks done, as the services do of each other.
    case submitter
    /// Everything, removal included.
    case `operator`

    /// Whether the role may use a route.
    public func permits(_ access: Access) -> Bool {
        switch self {
        case .reader: access == .read
        case .worker: [.read, .store, .work].contains(access)
        case .submitter: [.read, .store, .submit].contains(access)
        case .operator: true
        }
    }
}

/// What a route does, by which it is known who may use it.
public enum Access: Hashable, Sendable {
    /// Reads.
    case read
    /// Takes a task, or says how one goes on and what came of it.
    case work
    /// Adds a file or a record that takes nothing from anybody.
    case store
    /// Asks for work, or withdraws what was asked for.
    case submit
    /// Changes or removes what others rely on.
    case operate

    /// The roles that may, the one that may least first.
    public var roles: [Role] { Role.allCases.filter { $0.permits(self) } }
}

/// A key, or a request under one, that a server refused.
public struct Refusal: Hashable, Sendable {
    /// The client's key; nil where it showed none that could be read.
    public let key: PublicKey?
    /// Where the client is; empty where that is not known.
    public let address: String
    /// The route that the key's role does not permit; nil where the key is not admitted at all.
    public let route: String?
    /// The role of the key.
    public let role: Role?
}

/// Who sent a request, as the server's authentication knows it.
struct Peer: Hashable {
    let role: Role
    let key: PublicKey

    /// What the authentication hands on with every message of a connection.
    var text: String { "\(role.rawValue) \(key)" }

    init(role: Role, key: PublicKey) {
        self.role = role
        self.key = key
    }

    /// Reads ``text``.
    init?(text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 2, let role = Role(rawValue: words[0]), let key = try? PublicKey(words[1]) else {
            return nil
        }
        self.init(role: role, key: key)
    }
}
