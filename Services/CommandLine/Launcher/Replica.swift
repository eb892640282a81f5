import Glibc

/// One of the processes of a service.
public struct ReplicaID: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// Name of the service.
    public let service: String
    /// Number, from 1.
    public let index: Int

    /// The ID of a service's replica.
    public init(_ service: String, _ index: Int) {
        self.service = service
        self.index = index
    }

    /// Reads a name such as `trainer-worker-2`.
    public init?(name: String) {
        guard let dash = name.lastIndex(of: "-"), let index = Int(name[name.index(after: dash)...]) else { return nil }
        self.init(String(name[..<dash]), index)
    }

    /// The service with the number, such as `trainer-worker-2`.
    public var description: String { "\(service)-\(index)" }

    /// By service, then by number.
    public static func < (left: ReplicaID, right: ReplicaID) -> Bool {
        (left.service, left.index) < (right.service, right.index)
    }
}

/// How a process ended.
public enum Outcome: Hashable, Sendable, Codable, CustomStringConvertible {
    /// With an exit status.
    case exit(Int32)
    /// By a signal.
    case signal(Int32)
    /// It could not be started, for the reason of this error number.
    case failed(Int32)

    /// Whether the process ended because its configuration is wrong (`EX_CONFIG` of sysexits.h).
    public var isConfigurationError: Bool { self == .exit(78) }

    /// Exit status as in a shell.
    public var status: Int32 {
        switch self {
        case .exit(let status): status
        case .signal(let number): 128 + number
        case .failed: 127
        }
    }

    /// A few words, such as `exited with status 1`.
    public var description: String {
        switch self {
        case .exit(78): "exited with status 78 (its configuration is wrong)"
        case .exit(let status): "exited with status \(status)"
        case .signal(9): "was ended by signal 9 (killed; out of memory?)"
        case .signal(let number): "was ended by signal \(number) (\(String(cString: strsignal(number))))"
        case .failed(let number): "could not be started (error \(number))"
        }
    }
}

/// The result of a replica's health check.
public enum Health: String, Hashable, Sendable, Codable {
    /// There is no check, or the process is not running.
    case none
    /// It has not passed yet.
    case starting
    /// The latest check passed.
    case healthy
    /// Too many checks in a row failed.
    case unhealthy
}
