public import Model

/// What an event tells about the training of a trial.
public struct TrainingReport: Hashable, Sendable {
    /// Number of the trial.
    public let trial: Int
    /// The task that trains it. A trial that continues after a pause has a new task.
    public let task: String
    /// Rank of the worker that reports; nil if the task has only one worker.
    public let rank: Int?
    /// Name of the worker.
    public let worker: String
    /// Number of the attempt at the task that the worker belongs to.
    public let attempt: Int
    /// The step that is done, such as an epoch; nil if the event reports none.
    public let step: Int?
    /// Number of steps.
    public let steps: Int
    /// The metrics after that step.
    public let metrics: [String: Double]

    /// Reads an event whose subject is `<group>/<trial>/train`, where the group begins with the scenario's ID; `train-2` and
    /// so on are trainings that continue a paused trial. Nil for other events.
    public init?(_ event: Event, of scenario: String) {
        let parts = event.subject.split(separator: "/")
        guard parts.count == 3, parts[0] == scenario || parts[0].hasPrefix("\(scenario)."),
            parts[2].hasPrefix("train"), let trial = Int(parts[1])
        else { return nil }
        self.trial = trial
        task = event.subject
        rank = event.attributes["rank"].flatMap { Int($0) }
        worker = event.attributes["worker"] ?? ""
        attempt = event.attributes["attempt"].flatMap { Int($0) } ?? 0
        step = event.attributes["step"].flatMap { Int($0) }
        steps = event.attributes["steps"].flatMap { Int($0) } ?? 0
        metrics = event.metrics
    }
}

extension Event {
    /// The metrics among its attributes, by name.
    public var metrics: [String: Double] {
        let prefix = "metric."
        return attributes.reduce(into: [:]) { metrics, attribute in
            guard attribute.key.hasPrefix(prefix) else { return }
            metrics[String(attribute.key.dropFirst(prefix.count))] = Double(attribute.value)
        }
    }
}
