public import Model
public import Search

/// An order to make a dataset ready.
public struct PreparationOrder: Hashable, Sendable {
    /// Identity of the task.
    public var id: String
    /// What it belongs to.
    public var group: String
    /// What is to be made ready.
    public var data: ScenarioData
}

/// A task of another service, as a search orders it.
public struct Order<Task: Hashable & Sendable>: Hashable, Sendable {
    /// Identity of the task.
    public var id: String
    /// What it belongs to.
    public var group: String
    /// The candidate that it is about; nil if it is about data alone.
    public var genome: Genome?
    /// What is to be done.
    public var task: Task
}
