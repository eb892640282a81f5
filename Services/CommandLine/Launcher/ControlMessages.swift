public import Model

/// What a command asks of a supervisor.
public enum ControlRequest: Sendable, Codable {
    /// The state; waits for a change where `unless` is the version that the asker has seen.
    case status(unless: Int?)
    /// Bring the project's services up; `only` these where it is not nil.
    case apply(ComposeProject, scale: [String: Int], only: Set<String>?)
    /// Stop services, but keep them known.
    case stop(Set<String>)
    /// Start stopped services.
    case start(Set<String>)
    /// Stop and start services.
    case restart(Set<String>)
    /// Change the number of replicas.
    case scale([String: Int])
    /// Stop everything, then the supervisor.
    case shutDown
    /// Kill every process at once, without grace.
    case kill
}

/// A supervisor's answer.
public struct ControlReply: Sendable, Codable {
    /// The state after the request was taken.
    public var status: ProjectStatus?
    /// Why the request was refused.
    public var failure: Failure?

    /// Makes an answer.
    public init(status: ProjectStatus? = nil, failure: Failure? = nil) {
        self.status = status
        self.failure = failure
    }
}
