// Small changes of genomes for mutation and local search, and crossover.

extension SearchSpace {
    /// One way in which a genome can change.
    private enum Change {
        /// Add or omit a gene.
        case presence(gene: Int)
        /// Change one choice of a gene.
        case choice(gene: Int, place: Int)
        /// Add a turn of the repetition.
        case insertion(gene: Int)
        /// Remove a turn of the repetition.
        case removal(gene: Int)
    }

    private func changes(of genome: Genome) -> [Change] {
        genes.indices.flatMap { index -> [Change] in
            let (gene, numbers) = (genes[index], genome.genes[index])
            var changes: [Change] = gene.isOptional ? [.presence(gene: index)] : []
            if Self.isAbsent(numbers) { return changes }
            changes += numbers.indices.filter { gene.part(at: $0).choices.count > 1 }
                .map { .choice(gene: index, place: $0) }
            guard let repetition = gene.repetition, let turns = gene.turns(in: numbers) else { return changes }
            if turns < repetition.times.upperBound { changes.append(.insertion(gene: index)) }
            if turns > repetition.times.lowerBound { changes.append(.removal(gene: index)) }
            return changes
        }
    }

    /// Makes one change.
    func mutate(_ genome: inout Genome, using generator: inout SeededGenerator) {
        let changes = changes(of: genome)
        guard !changes.isEmpty else { return }
        switch changes[generator.below(changes.count)] {
        case .presence(let gene):
            genome.genes[gene] =
                Self.isAbsent(genome.genes[gene]) ? genes[gene].randomPresence(using: &generator) : genes[gene].absence
        case .choice(let gene, let place):
            let others = 1 + generator.below(genes[gene].part(at: place).choices.count - 1)
            genome.genes[gene][place] = others >= genome.genes[gene][place] ? others + 1 : others
        case .insertion(let gene):
            let turns = genes[gene].turns(in: genome.genes[gene]) ?? 0
            insert(into: &genome, gene: gene, at: generator.below(turns + 1), using: &generator)
        case .removal(let gene):
            let turns = genes[gene].turns(in: genome.genes[gene]) ?? 1
            remove(from: &genome, gene: gene, at: generator.below(turns))
        }
    }

    /// All genomes that are one change away, in random order. A new layer or gene gets a single random setting.
    func neighbors(of genome: Genome, using generator: inout SeededGenerator) -> [Genome] {
        var neighbors: [Genome] = []
        for change in changes(of: genome) {
            switch change {
            case .presence(let gene):
                var other = genome
                other.genes[gene] =
                    Self.isAbsent(genome.genes[gene])
                    ? genes[gene].randomPresence(using: &generator) : genes[gene].absence
                neighbors.append(other)
            case .choice(let gene, let place):
                for choice in 1...genes[gene].part(at: place).choices.count where choice != genome.genes[gene][place] {
                    var other = genome
                    other.genes[gene][place] = choice
                    neighbors.append(other)
                }
            case .insertion(let gene):
                for turn in 0...(genes[gene].turns(in: genome.genes[gene]) ?? 0) {
                    var other = genome
                    insert(into: &other, gene: gene, at: turn, using: &generator)
                    neighbors.append(other)
                }
            case .removal(let gene):
                for turn in 0..<(genes[gene].turns(in: genome.genes[gene]) ?? 0) {
                    var other = genome
                    remove(from: &other, gene: gene, at: turn)
                    neighbors.append(other)
                }
            }
        }
        return neighbors.shuffled(using: &generator)
    }

    /// Takes each gene as a whole from one parent or the other.
    func crossed(_ first: Genome, _ second: Genome, using generator: inout SeededGenerator) -> Genome {
        Genome(zip(first.genes, second.genes).map { generator.below(2) == 0 ? $0 : $1 })
    }

    private func insert(
        into genome: inout Genome, gene: Int, at turn: Int, using generator: inout SeededGenerator
    ) {
        guard let repetition = genes[gene].repetition else { return }
        let place = genes[gene].parts.count + turn * repetition.parts.count
        genome.genes[gene].insert(
            contentsOf: genes[gene].randomTurn(of: repetition, using: &generator), at: place)
    }

    private func remove(from genome: inout Genome, gene: Int, at turn: Int) {
        guard let repetition = genes[gene].repetition else { return }
        let place = genes[gene].parts.count + turn * repetition.parts.count
        genome.genes[gene].removeSubrange(place..<(place + repetition.parts.count))
    }
}
