import Model
import Networks

extension NetworkSpace {
    /// Networks that add the modalities one after another: the first one alone, then with the second, and so on.
    ///
    /// Each uses the first choices of optimizer, structure and size, preferred structures first, that keep the whole
    /// network within the scenario's limits; a network without such choices is omitted.
    /// - Parameters:
    ///   - order: Names of modalities; those that are not genes of the space are skipped.
    ///   - preferring: Names of structures by modality, most preferred first.
    public func fusions(in order: [String], preferring: [String: [String]] = [:]) -> [Genome] {
        let known = order.filter(modalities.contains)
        guard !known.isEmpty else { return [] }
        guard space.genes.contains(where: \.isOptional) else {
            return first(known, preferring).map { [$0] } ?? []
        }
        return (1...known.count).compactMap { first(Array(known.prefix($0)), preferring) }
    }

    /// Names of the pretrained networks whose features promise more than the samples as they are, by modality, most
    /// promising first.
    public var promising: [String: [String]] {
        let names = zip(modalities, structures).map { modality, structures in
            (modality, structures.filter { $0.frozen?.view.isPromising == true }.map(\.name))
        }
        return Dictionary(uniqueKeysWithValues: names.filter { !$0.1.isEmpty })
    }

    private func first(_ present: [String], _ preferring: [String: [String]]) -> Genome? {
        let genes = space.genes.prefix(modalities.count)
        let options = genes.map { gene in
            present.contains(gene.name) ? Self.settings(of: gene, preferring[gene.name] ?? []) : []
        }
        let rounds = options.map(\.count).max() ?? 0
        for round in 0..<rounds {
            let genome = Genome(
                zip(genes, options).map { gene, options in
                    options.isEmpty ? gene.parts.map { _ in 0 } : options[min(round, options.count - 1)]
                } + usualSettings)
            if isAllowed(genome) { return genome }
        }
        return nil
    }

    /// Settings of a gene with the first optimizer, by structure and then by size.
    private static func settings(of gene: SearchSpace.Gene, _ preferred: [String]) -> [[Int]] {
        let settings = gene.parts.dropFirst(3).map { _ in 1 }
        let structures = gene.parts[1].choices.indices.sorted {
            let places = [$0, $1].map { preferred.firstIndex(of: gene.parts[1].choices[$0]) ?? preferred.count }
            return (places[0], $0) < (places[1], $1)
        }
        return structures.flatMap { structure in
            gene.parts[2].choices.indices.map { [1, structure + 1, $0 + 1] + settings }
        }
    }
}
