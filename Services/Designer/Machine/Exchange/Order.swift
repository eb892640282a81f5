public import Model
public import Search

/// An order to prepare a dataset.
public struct PreparationOrder: Hashable, Sendable {
    /// Identity of the task.
    public var id: String
    /// Group of the task.
    public var group: String
    /// The data to prepare.
    public var data: ScenarioData
}

/// An order for a task of another service.
public struct Order<Task: Hashable & Sendable>: Hashable, Sendable {
    /// Identity of the task.
    public var id: String
    /// Group of the task.
    public var group: String
    /// The candidate; nil if the task concerns only data.
    public var genome: Genome?
    /// The work to do.
    public var task: Task
}
