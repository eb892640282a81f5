public import Model

/// An outcome for the knowledge service; also its stored form while it waits to be delivered.
public struct TrialObservation: Hashable, Sendable, Codable {
    /// Identity of the trial.
    public var trial: String
    /// Scenario that it belongs to.
    public var scenario: ScenarioID
    /// Text of the scenario's file, from which its features follow.
    public var text: String
    /// Genome as text.
    public var genome: String
    /// Search space as text.
    public var space: String
    /// Artificial code as text.
    public var code: String
    /// Objective that was reached.
    public var objective: Double
    /// Other outcomes.
    public var metrics: [String: Double]
    /// Functions of the brain that the scenario engages; nil if that was not known yet.
    public var functions: [String]?
    /// How active the areas are that it activates; nil if that was not known yet.
    public var activations: [String: Double]?
}
