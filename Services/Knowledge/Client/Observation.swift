public import Foundation
public import Model
package import Schema

/// The outcome of a network in a scenario.
public struct Observation: Hashable, Sendable {
    /// Prefix of metrics that are cheap scores of a pretrained model on the scenario's data.
    public static let scorePrefix = "score."

    /// Identity, which is the trial's.
    public var id: String
    /// Scenario that the trial belongs to.
    public var scenario: String
    /// Features of the scenario.
    public var features: ScenarioFeatures
    /// Genome of the network in the search space, as text.
    public var genome: String
    /// Search space of the genome; genomes of different spaces cannot be compared.
    public var space: String
    /// Artificial code of the network; nil if it has none.
    public var code: ArtificialCode?
    /// The objective's value; higher is better.
    public var objective: Double
    /// Other metrics.
    public var metrics: [String: Double]
    /// When it was recorded; set by the service.
    public var created: Date?

    /// Makes an observation to store.
    public init(
        id: String, scenario: String, features: ScenarioFeatures, genome: String, space: String,
        code: ArtificialCode? = nil, objective: Double, metrics: [String: Double] = [:], created: Date? = nil
    ) {
        self.id = id
        self.scenario = scenario
        self.features = features
        self.genome = genome
        self.space = space
        self.code = code
        self.objective = objective
        self.metrics = metrics
        self.created = created
    }

    /// Decodes a received observation.
    package init(_ wire: Wire.Observation) throws {
        self.init(
            id: wire.id, scenario: wire.scenario, features: ScenarioFeatures(wire.features ?? .init()),
            genome: wire.genome, space: wire.space, code: wire.code.isEmpty ? nil : try ArtificialCode(wire.code),
            objective: wire.objective, metrics: .init(wire.metrics),
            created: wire.createdMicroseconds == 0 ? nil : Date(microseconds: wire.createdMicroseconds))
    }
}

extension Wire.Observation {
    /// The observation in wire form.
    package init(_ observation: Observation) {
        self.init(
            id: observation.id, scenario: observation.scenario, features: .init(observation.features),
            genome: observation.genome, space: observation.space, code: observation.code?.description ?? "",
            objective: observation.objective, metrics: .init(observation.metrics),
            createdMicroseconds: observation.created?.microseconds ?? 0)
    }
}
