package import Brain
package import Model

/// The inputs of a search.
package struct ScenarioPlan: Sendable {
    package let id: ScenarioID
    /// How often it was resumed after it had ended; part of the identities of its tasks.
    package let generation: Int
    package let file: ScenarioFile
    package let text: String
    /// What the scenario engages; nil if it was published before this was stored.
    package var explanation: Explanation?
    /// The registry models to fuse, by modality.
    package var models: [String: StoredBackbone] = [:]

    package var scenario: Scenario { file.scenario }

    /// Makes a plan.
    package init(
        id: ScenarioID, generation: Int, file: ScenarioFile, text: String, explanation: Explanation? = nil,
        models: [String: StoredBackbone] = [:]
    ) {
        self.id = id
        self.generation = generation
        self.file = file
        self.text = text
        self.explanation = explanation
        self.models = models
    }

    /// Group of its tasks in other services' queues.
    package var group: String { Self.group(id, generation) }

    package static func group(_ id: ScenarioID, _ generation: Int) -> String {
        generation == 0 ? id.text : "\(id.text).\(generation)"
    }
}
