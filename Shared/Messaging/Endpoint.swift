import Glibc
import Model

/// The address on which a service listens: `ipc:///path`, `tcp://host:port` or, within one process, `inproc://name`.
///
/// ```swift
/// let registry = try Endpoint("ipc:///run/user/1000/gyrus/registry.sock")
/// ```
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A kind of transport.
    public enum Transport: String, Hashable, Sendable {
        /// A socket file on this machine.
        case ipc
        /// A port on this or another machine.
        case tcp
        /// A queue within this process, for tests.
        case inproc
    }

    /// The kind of transport.
    public let transport: Transport
    /// The part after `transport://`.
    public let address: String

    /// The endpoint in written form, such as `tcp://127.0.0.1:7000`.
    public var description: String { "\(transport.rawValue)://\(address)" }

    /// The longest path of a socket file that the kernel accepts, in bytes.
    static let longestPath = 107

    /// Parses an endpoint; throws a `Failure` that says what is wrong with it.
    public init(_ text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasPrefix("//"), let transport = Transport(rawValue: String(parts[0])) else {
            throw Failure(
                .invalidArgument,
                "'\(text)' is not an endpoint; use ipc:///path/of/socket, tcp://host:port or inproc://name.")
        }
        self.transport = transport
        address = String(parts[1].dropFirst(2))
        switch transport {
        case .ipc: try Self.check(path: address)
        case .tcp: try Self.check(hostAndPort: address, of: text)
        case .inproc:
            guard !address.isEmpty else {
                throw Failure(.invalidArgument, "The endpoint '\(text)' lacks a name after inproc://.")
            }
        }
    }

    private static func check(path: String) throws {
        guard path.hasPrefix("/") else {
            throw Failure(
                .invalidArgument, "The endpoint 'ipc://\(path)' needs an absolute path, as in ipc:///run/x.sock.")
        }
        guard path.utf8.count <= longestPath else {
            throw Failure(
                .invalidArgument,
                "The path of the endpoint 'ipc://\(path)' has \(path.utf8.count) bytes, but the system allows "
                    + "\(longestPath); choose a shorter directory for the sockets.")
        }
    }

    private static func check(hostAndPort: String, of text: String) throws {
        guard let colon = hostAndPort.lastIndex(of: ":"), colon != hostAndPort.startIndex else {
            throw Failure(.invalidArgument, "The endpoint '\(text)' lacks a port; use tcp://host:port.")
        }
        let port = hostAndPort[hostAndPort.index(after: colon)...]
        guard port == "*" || UInt16(port) != nil else {
            throw Failure(.invalidArgument, "The port '\(port)' of the endpoint '\(text)' is not a number below 65536.")
        }
    }

    /// Whether peers on other machines can reach it, so that keys are required.
    public var leavesMachine: Bool {
        guard transport == .tcp else { return false }
        let host = address.prefix(upTo: address.lastIndex(of: ":") ?? address.endIndex)
        return !(host == "localhost" || host.hasPrefix("127.") || host == "[::1]")
    }
}
