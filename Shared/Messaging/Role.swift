/// What a key may do; written after the key in a file of admitted keys.
///
/// Roles do not form a hierarchy: training networks does not require publishing scenarios, and publishing does not
/// require submitting results.
public enum Role: String, CaseIterable, Hashable, Sendable {
    /// Reads, and changes nothing.
    case reader
    /// Takes tasks and submits their results.
    case worker
    /// Publishes scenarios and submits tasks, as the services do with each other.
    case submitter
    /// Everything, including removal.
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

/// What a route does, which determines who may use it.
public enum Access: Hashable, Sendable {
    /// Reads.
    case read
    /// Takes a task, or reports its progress or result.
    case work
    /// Adds a file or a record without affecting anything else.
    case store
    /// Requests work, or cancels such a request.
    case submit
    /// Changes or removes what others rely on.
    case operate

    /// The roles that may use it, least powerful first.
    public var roles: [Role] { Role.allCases.filter { $0.permits(self) } }
}

/// A key, or a request with a key, that a server refused.
public struct Refusal: Hashable, Sendable {
    /// The client's key; nil if it presented no readable key.
    public let key: PublicKey?
    /// The client's address; empty if unknown.
    public let address: String
    /// The route that the key's role does not permit; nil if the key is not admitted at all.
    public let route: String?
    /// The role of the key.
    public let role: Role?
}

/// The sender of a request, as identified by the server's authentication.
struct Peer: Hashable {
    let role: Role
    let key: PublicKey

    /// The text that the authentication attaches to every message of a connection.
    var text: String { "\(role.rawValue) \(key)" }

    init(role: Role, key: PublicKey) {
        self.role = role
        self.key = key
    }

    /// Parses ``text``.
    init?(text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.count == 2, let role = Role(rawValue: words[0]), let key = try? PublicKey(words[1]) else {
            return nil
        }
        self.init(role: role, key: key)
    }
}
