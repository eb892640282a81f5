public import Model

extension Resolver.Request {
    /// The request of a scenario: its stimuli and functions, and the function that each modality engages through its
    /// data.
    public init(_ scenario: Scenario) {
        self.init(
            stimuli: scenario.stimuli, functions: scenario.functions,
            modalities: scenario.data.inputs.mapValues { $0.kind.function ?? "" })
    }
}
