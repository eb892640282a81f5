/// The services that the designer works with.
public struct DesignerPeers: Sendable {
    /// Prepares datasets and trains networks.
    public var trainer: any Trainer
    /// Scores trained networks.
    public var evaluator: any Evaluator
    /// Remembers outcomes.
    public var knowledge: any KnowledgeBase
    /// Keeps networks and models.
    public var registry: any ModelRegistry
    /// Resolves what scenarios engage.
    public var brain: any ScenarioResolver

    /// Makes the set of services.
    public init(
        trainer: any Trainer, evaluator: any Evaluator, knowledge: any KnowledgeBase, registry: any ModelRegistry,
        brain: any ScenarioResolver
    ) {
        self.trainer = trainer
        self.evaluator = evaluator
        self.knowledge = knowledge
        self.registry = registry
        self.brain = brain
    }
}
