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

    /// Reads the text of a published scenario; the rest of the designer takes its plan from here.
    /// - Parameter name: Name of the file, for messages.
    /// - Throws: `Failure` with code `invalid-argument` that names file, line and column.
    package init(
        reading text: String, file name: String = "scenario", id: ScenarioID, generation: Int = 0,
        explanation: Explanation? = nil, models: [String: StoredBackbone] = [:]
    ) throws {
        self.init(
            id: id, generation: generation, file: try ScenarioFile(text, file: name), text: text,
            explanation: explanation, models: models)
    }

    /// Group of its tasks in other services' queues.
    package var group: String { Self.group(id, generation) }

    package static func group(_ id: ScenarioID, _ generation: Int) -> String {
        generation == 0 ? id.text : "\(id.text).\(generation)"
    }
}
