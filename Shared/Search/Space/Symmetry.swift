import Model

/// Which genomes of a space are the same network, so that only one of them needs to be trained.
public enum Symmetry: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Every genome is a different network.
    case none
    /// A cell: a directed graph whose nodes add their inputs, with an operation on the edge from each node to each
    /// later one. One gene with one part per edge, ordered by the later node, then by the earlier one. An edge with the
    /// choice `zero` carries nothing; one with the choice `identity` carries its node's value.
    case cell(nodes: Int, zero: Int, identity: Int)
    /// Layers in stages, one gene with one part per layer. Within a stage a layer with the choice `identity` does
    /// nothing, except for the first one, which changes the shape; so only the order of the others matters.
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

    /// The canonical form that genomes of the same network share.
    func form(of genome: Genome) -> String {
        switch self {
        case .none: genome.description
        case .cell(let nodes, let zero, let identity):
            Self.expression(of: genome.genes.map { $0[0] }, nodes: nodes, zero: zero, identity: identity)
        case .stages(let sizes, let identity): Self.layers(genome.genes.map { $0[0] }, sizes, identity: identity)
        }
    }

    /// The value of a cell's last node, as a sum with ordered terms: `+(x)3+(+(x)2)4`.
    private static func expression(of operations: [Int], nodes: Int, zero: Int, identity: Int) -> String {
        var held: [[String]] = [["x"]]
        var edge = 0
        for _ in 1..<nodes {
            var terms: [String] = []
            for earlier in held {
                let operation = operations[edge]
                edge += 1
                if operation == zero || earlier.isEmpty { continue }
                // A sum passes through an identity unchanged, so its terms join those of this node.
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

    /// Checks that the genes fit the symmetry.
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
                "A search space up to \(self) needs \(count) genes of one part each, none of them optional.")
        }
    }
}
