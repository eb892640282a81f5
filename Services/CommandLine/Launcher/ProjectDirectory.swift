import Crypto
public import Foundation
import Glibc
import Model

/// The locations of a project's persistent files and of its sockets.
///
/// ```
/// <root>/.gyrus-project         the project that owns the folder
/// <root>/state/<service>/…      the services' data
/// <root>/logs/registry-1.log    output of each replica
/// <root>/replicas/registry-1.…  definition of each replica, and its keeper's record
/// <root>/keys/…                 the project's keys, if it spans several machines
/// <root>/network.json           location of the services in that case
/// <run>/control.sock            the supervisor's socket, next to those of the services
/// ```
public struct ProjectDirectory: Hashable, Sendable {
    /// Name of the project.
    public let name: String
    /// Folder of all persistent files.
    public let root: URL
    /// Folder of the sockets.
    public let run: URL

    /// The services' data.
    public var state: URL { root.appending(path: "state") }
    /// Output of the replicas.
    public var logs: URL { root.appending(path: "logs") }
    /// Keys of the project.
    public var keys: URL { root.appending(path: "keys") }
    var network: URL { root.appending(path: "network.json") }
    var replicas: URL { root.appending(path: "replicas") }
    var lock: URL { root.appending(path: "supervisor.lock") }
    /// Log of the supervisor itself.
    public var supervisorLog: URL { root.appending(path: "supervisor.log") }
    /// The supervisor's socket.
    public var control: URL { run.appending(path: "control.sock") }

    /// File that holds the console's address while it runs.
    public var consoleAddress: URL { run.appending(path: "console.url") }

    /// Maximum path length of a socket folder, because a socket's path has at most 107 bytes.
    private static let longestRunPath = 80

    /// The project with this name, in `root` or in the user's state folder.
    public init(name: String, root: URL? = nil, environment: [String: String]) throws {
        let allowed = name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || "-_".contains($0)) }
        guard allowed, let first = name.first, first.isLetter || first.isNumber else {
            throw Failure(
                .invalidArgument,
                "'\(name)' is not a valid project name: use lowercase letters, digits, '-' and '_', beginning with a letter "
                    + "or digit")
        }
        self.name = name
        let folder = root ?? Self.stateHome(environment).appending(path: "gyrus").appending(path: name)
        self.root = folder.standardizedFileURL
        let sockets = self.root.appending(path: "run")
        if sockets.path.utf8.count <= Self.longestRunPath {
            run = sockets
        } else {
            // Sockets of projects whose own path is too long for them.
            let digest = SHA256.hash(data: Data(self.root.path.utf8)).prefix(6).map { byte in
                let text = String(byte, radix: 16)
                return text.count < 2 ? "0\(text)" : text
            }
            run = PrivateFolder.common.appending(path: digest.joined())
        }
    }

    private static func stateHome(_ environment: [String: String]) -> URL {
        if let home = environment["XDG_STATE_HOME"], home.hasPrefix("/") { return URL(filePath: home) }
        let home = environment["HOME"].map { URL(filePath: $0) } ?? FileManager.default.homeDirectoryForCurrentUser
        return home.appending(path: ".local/state")
    }

    /// Variables for the Compose file: folders on this machine that have fixed paths in a container.
    public var variables: [String: String] {
        ["GYRUS_RUN_DIR": run.path, "GYRUS_STATE_DIR": state.path, "COMPOSE_PROJECT_NAME": name]
    }

    func log(of id: ReplicaID) -> URL { logs.appending(path: "\(id).log") }
    func record(of id: ReplicaID) -> URL { replicas.appending(path: "\(id).record") }
    func definition(of id: ReplicaID) -> URL { replicas.appending(path: "\(id).json") }
}
