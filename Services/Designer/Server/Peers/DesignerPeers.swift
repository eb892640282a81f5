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
    /// Ranks what a scenario could try, for whoever waits for an explanation.
    public var attention: any AttentionSource

    /// Makes the set of services.
    public init(
        trainer: any Trainer, evaluator: any Evaluator, knowledge: any KnowledgeBase, registry: any ModelRegistry,
        brain: any ScenarioResolver, attention: any AttentionSource
    ) {
        self.trainer = trainer
        self.evaluator = evaluator
        self.knowledge = knowledge
        self.registry = registry
        self.brain = brain
        self.attention = attention
    }
}
