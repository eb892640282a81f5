public import Model

/// An outcome for the knowledge service; also its stored form until it is delivered.
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
    /// The objective's value.
    public var objective: Double
    /// Other metrics.
    public var metrics: [String: Double]
    /// Functions of the brain that the scenario engages; nil if not yet known at that time.
    public var functions: [String]?
    /// Activations of the areas; nil if not yet known at that time.
    public var activations: [String: Double]?
    /// The structure that reads each modality; nil if the search does not choose whole structures.
    public var structures: [String: String]?
}
