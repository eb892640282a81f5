public import ArgumentParser

/// The flags of a service that keeps a queue.
public struct QueueOptions: ParsableArguments, Sendable {
    /// Maximum number of waiting tasks.
    @Option(
        help: ArgumentHelp(
            "Maximum number of waiting tasks; further submitters are asked to retry later.", valueName: "number"))
    public var capacity = QueueSettings().capacity

    /// Makes options without any flag.
    public init() {}

    /// Checks the flags.
    public func validate() throws {
        guard (1...10_000_000).contains(capacity) else {
            throw ValidationError("--capacity is \(capacity); it must be from 1 to 10000000.")
        }
    }

    /// The settings of the queue.
    public var settings: QueueSettings {
        var settings = QueueSettings()
        settings.capacity = capacity
        return settings
    }
}
