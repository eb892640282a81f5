import Model

/// Which genomes of a space are the same network, so that only one of them needs to be trained.
public enum Symmetry: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Every genome is a network of its own.
    case none
    /// A cell: a directed graph whose nodes add what reaches them, with an operation on the edge from each node to each
    /// later one. One gene with one part for each edge, ordered by the later node, then by the earlier one. An edge with
    /// the choice `zero` carries nothing, one with the choice `identity` what its node holds.
    case cell(nodes: Int, zero: Int, identity: Int)
    /// Layers in stages, one gene with one part for each layer. Within a stage a layer with the choice `identity` does
    /// nothing, except for the first one, which changes the shape; so only the order of the others counts.
    case stages([Int], identity: Int)

    /// The symmetry as text.
    public var description: String {
        switch self {
        case .none: "nothing"
        case .cell(let nodes, let zero, let identity): "cell(nodes=\(nodes),zero=\(zero),identity=\(identity))"
        case .stages(let sizes, let identity):
            "stages(\(sizes.map(String.init).joined(separator: "+")),identity=\(identity))"
        }
    }

    /// What two genomes share that are the same network.
    func form(of genome: Genome) -> String {
        switch self {
        case .none: genome.description
        case .cell(let nodes, let zero, let identity):
            Self.expression(of: genome.genes.map { $0[0] }, nodes: nodes, zero: zero, identity: identity)
        case .stages(let sizes, let identity): Self.layers(genome.genes.map { $0[0] }, sizes, identity: identity)
        }
    }

    /// What the last node of a cell holds, as a sum whose terms are in order: `+(x)3+(+(x)2)4`.
    private static func expression(of operations: [Int], nodes: Int, zero: Int, identity: Int) -> String {
        var held: [[String]] = [["x"]]
        var edge = 0
        for _ in 1..<nodes {
            var terms: [String] = []
            for earlier in held {
                let operation = operations[edge]
                edge += 1
                if operation == zero || earlier.isEmpty { continue }
                // A sum goes through an identity unchanged, so its terms join those of this node.
                terms += operation == identity ? earlier : ["(\(earlier.joined(separator: "+")))\(operation)"]
            }
            held.append(terms.sorted())
        }
        return held[nodes - 1].joined(separator: "+")
    }

    private static func layers(_ layers: [Int], _ sizes: [Int], identity: Int) -> String {
        var rest = layers[...]
        return sizes.map { size in
            let stage = rest.prefix(size)
            rest = rest.dropFirst(size)
            return (stage.prefix(1) + stage.dropFirst().filter { $0 != identity }).map(String.init)
                .joined(separator: ".")
        }.joined(separator: "-")
    }

    /// Checks that the genes are such as the symmetry is about.
    func check(_ genes: [SearchSpace.Gene]) throws {
        let (count, special): (Int, [Int])
        switch self {
        case .none: return
        case .cell(let nodes, let zero, let identity): (count, special) = (nodes * (nodes - 1) / 2, [zero, identity])
        case .stages(let sizes, let identity):
            guard sizes.allSatisfy({ $0 > 0 }) else {
                throw Failure(.invalidArgument, "The stages of a search space need at least one layer each.")
            }
            (count, special) = (sizes.reduce(0, +), [identity])
        }
        let isSound =
            genes.count == count
            && genes.allSatisfy { gene in
                gene.parts.count == 1 && gene.repetition == nil && !gene.isOptional
                    && special.allSatisfy { (1...gene.parts[0].choices.count).contains($0) }
            }
        guard isSound else {
            throw Failure(
                .invalidArgument,
                "A search space up to \(self) needs \(count) genes of one part, none of which can be left out.")
        }
    }
}
