/// All networks of a space that is small enough to look at each of them.
struct Enumeration: Sendable {
    /// Genomes in a space at most, to be looked at all.
    static let limit = 1 << 14

    /// One allowed genome for each network.
    let representatives: [Genome]
    /// For each network, all allowed genomes that are it.
    private let members: [[Genome]]
    /// Where a network stands in both, by its form.
    private let places: [String: Int]

    /// Looks at all genomes; nil if there are too many.
    init?(_ space: SearchSpace, where isAllowed: (Genome) -> Bool) {
        guard let positions = space.positions, positions <= Self.limit else { return nil }
        var members: [[Genome]] = []
        var places: [String: Int] = [:]
        for position in 0..<positions {
            guard let genome = space.genome(at: position), isAllowed(genome) else { continue }
            let form = space.form(of: genome)
            if let place = places[form] {
                members[place].append(genome)
            } else {
                places[form] = members.count
                members.append([genome])
            }
        }
        representatives = members.map { $0[0] }
        self.members = members
        self.places = places
    }

    /// Where the network of a genome stands; nil if none of its genomes is allowed.
    func place(of genome: Genome, in space: SearchSpace) -> Int? { places[space.form(of: genome)] }

    /// All genomes that are the same network, itself among them.
    func equivalents(of genome: Genome, in space: SearchSpace) -> [Genome] {
        place(of: genome, in: space).map { members[$0] } ?? [genome]
    }
}
