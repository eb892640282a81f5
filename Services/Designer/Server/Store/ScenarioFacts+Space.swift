import DesignerClient
import KnowledgeClient
import Model
import Search

extension ScenarioFacts {
    /// The facts of a scenario, with the meaning of its genomes and what the knowledge service compares.
    init(_ scenario: Scenario, _ space: SearchSpace) {
        self.init(scenario)
        let known = ScenarioFeatures(scenario)
        self.space = space.description
        datasets = known.datasets
        features = known.numbers
        genes = space.genes.map { gene in
            Gene(
                name: gene.name, parts: gene.parts.map(Gene.Part.init),
                turn: gene.repetition?.parts.map(Gene.Part.init) ?? [])
        }
    }
}

extension ScenarioFacts.Gene.Part {
    fileprivate init(_ part: SearchSpace.Part) { self.init(name: part.name, choices: part.choices) }
}
