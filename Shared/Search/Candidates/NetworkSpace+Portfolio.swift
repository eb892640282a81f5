extension NetworkSpace {
    /// The optimizer of a search's first networks without prior knowledge: it needs the least tuning.
    private static let usualOptimizer = "adamw"

    /// One network of each structure, at its usual size and with all modalities present: the start of a search without
    /// prior knowledge, so that each structure is seen before any is varied.
    public var portfolio: [Genome] {
        let rounds = structures.map(\.count).max() ?? 0
        return (0..<rounds).map { round in
            Genome(space.genes.prefix(modalities.count).map { Self.usual(structure: round, in: $0) } + usualSettings)
        }.filter(isAllowed)
    }

    /// The numbers of the gene for the settings of a whole training, if there is one.
    var usualSettings: [[Int]] {
        space.genes.dropFirst(modalities.count).map { $0.parts.map { _ in 1 } }
    }

    /// A gene's numbers for one of its structures, cycling through them.
    private static func usual(structure: Int, in gene: SearchSpace.Gene) -> [Int] {
        gene.parts.enumerated().map { place, part in
            let choices = part.choices
            switch place {
            case 0: return (choices.firstIndex(of: usualOptimizer) ?? 0) + 1
            case 1: return structure % choices.count + 1
            case 3...: return 1
            default:
                let distance = { (index: Int) in abs((Double(choices[index]) ?? .infinity) - 1) }
                return (choices.indices.min { distance($0) < distance($1) } ?? 0) + 1
            }
        }
    }
}
