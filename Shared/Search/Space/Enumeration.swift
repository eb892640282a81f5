/// All networks of a space that is small enough to enumerate.
struct Enumeration: Sendable {
    /// Maximum number of genomes in a space that is enumerated.
    static let limit = 1 << 14

    /// One allowed genome for each network.
    let representatives: [Genome]
    /// For each network, all allowed genomes that encode it.
    private let members: [[Genome]]
    /// Index of a network in both lists, by its canonical form.
    private let places: [String: Int]

    /// Enumerates all genomes; nil if there are too many.
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

    /// Index of a genome's network; nil if none of its genomes is allowed.
    func place(of genome: Genome, in space: SearchSpace) -> Int? { places[space.form(of: genome)] }

    /// All genomes of the same network, including the given one.
    func equivalents(of genome: Genome, in space: SearchSpace) -> [Genome] {
        place(of: genome, in: space).map { members[$0] } ?? [genome]
    }
}
