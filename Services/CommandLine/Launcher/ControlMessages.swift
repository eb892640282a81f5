public import Model

/// A command's request to a supervisor.
public enum ControlRequest: Sendable, Codable {
    /// Get the state; waits for a change if `unless` is the current version, which the client has already seen.
    case status(unless: Int?)
    /// Bring the project's services up, or `only` these if it is not nil.
    case apply(ComposeProject, scale: [String: Int], only: Set<String>?)
    /// Stop services, but keep them in the project.
    case stop(Set<String>)
    /// Start stopped services.
    case start(Set<String>)
    /// Stop and start services.
    case restart(Set<String>)
    /// Change the number of replicas.
    case scale([String: Int])
    /// Stop all services, then the supervisor.
    case shutDown
    /// Kill every process immediately, without a grace period.
    case kill
}

/// A supervisor's answer.
public struct ControlReply: Sendable, Codable {
    /// The state after the request was accepted.
    public var status: ProjectStatus?
    /// The reason if the request was refused.
    public var failure: Failure?

    /// Makes an answer.
    public init(status: ProjectStatus? = nil, failure: Failure? = nil) {
        self.status = status
        self.failure = failure
    }
}
