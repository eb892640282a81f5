import DesignerClient
import Model
import Search

extension ScenarioFacts {
    /// The facts of a scenario, with the meaning of its genomes.
    init(_ scenario: Scenario, _ space: SearchSpace) {
        self.init(scenario)
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
