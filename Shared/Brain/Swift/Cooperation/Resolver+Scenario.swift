public import Model

extension Resolver.Request {
    /// What a scenario says: its stimuli and functions, and the function that each modality engages by its data.
    public init(_ scenario: Scenario) {
        self.init(
            stimuli: scenario.stimuli, functions: scenario.functions,
            modalities: scenario.data.inputs.mapValues { $0.kind.function ?? "" })
    }
}
