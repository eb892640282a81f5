/// All networks of a space that is small enough to look at each of them.
struct Enumeration: Sendable {
    /// Genomes in a space at most, to be looked at all.
    static let limit = 1 << 14

    /// One allowed genome for each network.
    let representatives: [Genome]
    /// For each network, all genomes that are it.
    private let members: [String: [Genome]]

    /// Looks at all genomes; nil where there are too many.
    init?(_ space: SearchSpace, where isAllowed: (Genome) -> Bool) {
        guard let positions = space.positions, positions <= Self.limit else { return nil }
        var representatives: [Genome] = []
        var members: [String: [Genome]] = [:]
        for position in 0..<positions {
            guard let genome = space.genome(at: position), isAllowed(genome) else { continue }
            let form = space.form(of: genome)
            if members[form] == nil { representatives.append(genome) }
            members[form, default: []].append(genome)
        }
        self.representatives = representatives
        self.members = members
    }

    /// All genomes that are the same network, itself among them.
    func equivalents(of genome: Genome, in space: SearchSpace) -> [Genome] {
        members[space.form(of: genome)] ?? [genome]
    }
}
