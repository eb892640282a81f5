public import ArgumentParser

/// The flags of a service that keeps a queue.
public struct QueueOptions: ParsableArguments, Sendable {
    /// Most tasks that may wait.
    @Option(
        help: ArgumentHelp(
            "Most tasks that may wait; a submitter of more is asked to come back later.", valueName: "number"))
    public var capacity = QueueSettings().capacity

    /// Makes options without any flag.
    public init() {}

    /// Checks what was given.
    public func validate() throws {
        guard (1...10_000_000).contains(capacity) else {
            throw ValidationError("--capacity is \(capacity); 1 to 10000000 are possible.")
        }
    }

    /// The numbers of the queue.
    public var settings: QueueSettings {
        var settings = QueueSettings()
        settings.capacity = capacity
        return settings
    }
}
