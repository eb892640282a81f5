public import Foundation

/// A supervisor's report on its project.
public struct ProjectStatus: Hashable, Sendable, Codable {
    /// Name of the project.
    public var project: String
    /// Process ID of the supervisor.
    public var supervisor: Int32
    /// Whether it runs in the background.
    public var isDetached: Bool
    /// Grows with every change.
    public var version: Int
    /// The replicas, by service and number.
    public var replicas: [ReplicaStatus]
}

/// The status of a replica.
public struct ReplicaStatus: Hashable, Sendable, Codable {
    /// The state of a replica, in Docker's terms.
    public enum State: String, Hashable, Sendable, Codable {
        /// Not started yet.
        case created
        /// Its process runs.
        case running
        /// Its process was asked to stop.
        case stopping
        /// Its process ended and will be restarted.
        case restarting
        /// Its process ended.
        case exited
    }

    /// Service that it belongs to.
    public var service: String
    /// Number, from 1.
    public var index: Int
    /// Program and arguments.
    public var command: [String]
    /// The current state.
    public var state: State
    /// The result of its health check.
    public var health: Health
    /// Process ID, if there is a process.
    public var process: Int32?
    /// How the last process ended.
    public var outcome: Outcome?
    /// When the process started.
    public var started: Date?
    /// When the last process ended.
    public var ended: Date?
    /// Number of restarts after it exited on its own.
    public var restarts: Int
    /// Services that it waits for.
    public var waitsFor: [String]

    /// The replica's service and number.
    public var id: ReplicaID { ReplicaID(service, index) }

    /// Whether `up` can stop waiting: healthy if there is a health check, otherwise running or done.
    public var isUp: Bool {
        switch state {
        case .running: health == .none || health == .healthy
        case .exited: outcome == .exit(0)
        default: false
        }
    }

    /// Why it will not come up without intervention; nil if it still may.
    public var trouble: String? {
        if state == .exited, let outcome, outcome != .exit(0) { return outcome.description }
        return health == .unhealthy ? "is unhealthy" : nil
    }

    /// A line such as `Up 5 minutes (healthy)`, as in Docker.
    public func summary(at now: Date) -> String {
        let status = outcome?.status ?? 0
        switch state {
        case .created: return waitsFor.isEmpty ? "Created" : "Waiting for \(waitsFor.joined(separator: ", "))"
        case .running:
            let note = health == .none ? "" : health == .starting ? " (health: starting)" : " (\(health.rawValue))"
            return "Up \(Self.age(started, now))\(note)"
        case .stopping: return "Stopping"
        case .restarting: return "Restarting (\(status)) \(Self.age(ended, now)) ago"
        case .exited: return "Exited (\(status)) \(Self.age(ended, now)) ago"
        }
    }

    /// A time span in words, such as `5 minutes`.
    public static func age(_ since: Date?, _ now: Date) -> String {
        let seconds = Int(now.timeIntervalSince(since ?? now))
        switch seconds {
        case ..<1: return "less than a second"
        case 1: return "1 second"
        case ..<60: return "\(seconds) seconds"
        case ..<120: return "about a minute"
        case ..<3600: return "\(seconds / 60) minutes"
        case ..<7200: return "about an hour"
        case ..<172_800: return "\(seconds / 3600) hours"
        default: return "\(seconds / 86400) days"
        }
    }
}
