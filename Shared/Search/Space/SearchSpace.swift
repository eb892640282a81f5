import Model

/// A search space: genes, each with several parts, each with its choices.
///
/// For a multi-modal network there is one gene per modality with the parts optimizer, structure and size. A cell is one
/// gene with one part per edge. A structure of variable length is a gene whose repetition defines the parts of each
/// layer and the number of layers.
public struct SearchSpace: Hashable, Sendable, Codable, CustomStringConvertible {
    /// One decision within a gene.
    public struct Part: Hashable, Sendable, Codable {
        /// Its name, such as `structure`.
        public let name: String
        /// The choices; the genome holds the number of the choice, from 1.
        public let choices: [String]

        /// Makes a part.
        public init(_ name: String, _ choices: [String]) {
            self.name = name
            self.choices = choices
        }
    }

    /// Parts that occur several times in a row, such as those of a layer.
    public struct Repetition: Hashable, Sendable, Codable {
        /// Upper bound on the number of turns.
        public static let limit = 64
        /// The parts of one turn.
        public let parts: [Part]
        /// Allowed numbers of turns.
        public let times: ClosedRange<Int>

        /// Makes a repetition.
        public init(_ parts: [Part], times: ClosedRange<Int>) {
            self.parts = parts
            self.times = times
        }
    }

    /// Decisions that belong together and are inherited together.
    public struct Gene: Hashable, Sendable, Codable {
        /// Its name, such as that of a modality.
        public let name: String
        /// The decisions of the gene, in order.
        public let parts: [Part]
        /// The parts that follow any number of times; nil for a gene of fixed length.
        public let repetition: Repetition?
        /// Whether it can be omitted.
        public let isOptional: Bool

        /// Makes a gene.
        public init(_ name: String, _ parts: [Part] = [], repeating: Repetition? = nil, isOptional: Bool = false) {
            self.name = name
            self.parts = parts
            self.repetition = repeating
            self.isOptional = isOptional
        }
    }

    /// The genes, one for each part of a network, such as a modality.
    public let genes: [Gene]
    /// Which genomes are the same network.
    public let symmetry: Symmetry
    /// Number of different genomes; nil if it exceeds an `Int`. Omitting every gene does not make a genome.
    public let count: Int?

    /// Checks the genes.
    /// - Throws: `Failure` with code `invalid-argument` if there is nothing to choose, a name or a choice occurs twice,
    ///   a repetition has no turns or too many, or the symmetry does not fit the genes.
    public init(_ genes: [Gene], symmetry: Symmetry = .none) throws {
        func isUnique(_ names: [String]) -> Bool { !names.isEmpty && Set(names).count == names.count }
        guard isUnique(genes.map(\.name)),
            genes.allSatisfy({ gene in
                isUnique(gene.allParts.map(\.name)) && gene.allParts.allSatisfy { isUnique($0.choices) }
            })
        else {
            throw Failure(
                .invalidArgument, "A search space needs genes, parts and choices with distinct names.")
        }
        guard genes.allSatisfy(\.hasSoundRepetition) else {
            throw Failure(
                .invalidArgument,
                "A repetition in a gene needs parts and must have 1 to \(Repetition.limit) turns; 0 turns are "
                    + "allowed if the gene has other parts.")
        }
        try symmetry.check(genes)
        self.genes = genes
        self.symmetry = symmetry
        var product: Int? = 1
        for gene in genes {
            guard let counted = product, let settings = gene.settings else { product = nil; break }
            let (next, overflow) = counted.multipliedReportingOverflow(by: settings)
            product = overflow ? nil : next
        }
        let hasNothing = genes.allSatisfy(\.isOptional) ? 1 : 0
        count = product.map { $0 - hasNothing }
    }

    /// Whether a genome belongs to the space.
    public func contains(_ genome: Genome) -> Bool {
        guard genome.genes.count == genes.count, genome.genes.contains(where: { !Self.isAbsent($0) }) else {
            return false
        }
        return zip(genes, genome.genes).allSatisfy { $0.allows($1) }
    }

    /// The choices of a genome: for each gene the choices by the part's name, nil if the gene is omitted. The name of a
    /// repeated part ends with the number of its turn, from 1, as in `kernel 2`.
    public func choices(of genome: Genome) -> [[String: String]?] {
        precondition(contains(genome), "the genome belongs to another space")
        return zip(genes, genome.genes).map { gene, numbers in
            guard !Self.isAbsent(numbers) else { return nil }
            let pairs = numbers.enumerated().map { place, number in
                let part = gene.part(at: place)
                return (gene.turn(at: place).map { "\(part.name) \($0 + 1)" } ?? part.name, part.choices[number - 1])
            }
            return Dictionary(uniqueKeysWithValues: pairs)
        }
    }

    /// The space as text; genomes of spaces with equal text can be compared.
    public var description: String {
        func text(_ parts: [Part]) -> [String] { parts.map { "\($0.name)=\($0.choices.joined(separator: "|"))" } }
        let text = genes.map { gene in
            let repeated = gene.repetition.map {
                "[\(text($0.parts).joined(separator: ","))]{\($0.times.lowerBound),\($0.times.upperBound)}"
            }
            let parts = (text(gene.parts) + [repeated].compactMap { $0 }).joined(separator: ",")
            return "\(gene.name)(\(parts))\(gene.isOptional ? "?" : "")"
        }.joined(separator: ";")
        return symmetry == .none ? text : "\(text) up to \(symmetry)"
    }

    /// The canonical form that genomes of the same network share.
    public func form(of genome: Genome) -> String { symmetry.form(of: genome) }

    /// Whether a gene's numbers mean that it is omitted.
    public static func isAbsent(_ numbers: [Int]) -> Bool { numbers.allSatisfy { $0 == 0 } }
}

// MARK: - The numbers of a gene

extension SearchSpace.Gene {
    /// The parts, with those of the repetition once.
    var allParts: [SearchSpace.Part] { parts + (repetition?.parts ?? []) }

    /// The numbers of an omitted gene.
    var absence: [Int] { (parts.isEmpty ? allParts : parts).map { _ in 0 } }

    var hasSoundRepetition: Bool {
        guard let repetition else { return true }
        return !repetition.parts.isEmpty && repetition.times.upperBound <= SearchSpace.Repetition.limit
            && repetition.times.upperBound >= 1 && repetition.times.lowerBound >= (parts.isEmpty ? 1 : 0)
    }

    /// Number of turns that the numbers hold; nil if they do not divide evenly.
    func turns(in numbers: [Int]) -> Int? {
        guard let repetition else { return numbers.count == parts.count ? 0 : nil }
        let (turns, rest) = (numbers.count - parts.count).quotientAndRemainder(dividingBy: repetition.parts.count)
        return rest == 0 && repetition.times.contains(turns) ? turns : nil
    }

    /// The part at a position of the numbers.
    func part(at place: Int) -> SearchSpace.Part {
        guard place >= parts.count, let repetition else { return parts[place] }
        return repetition.parts[(place - parts.count) % repetition.parts.count]
    }

    /// The turn of the repetition at a position; nil for a part that is not repeated.
    func turn(at place: Int) -> Int? {
        guard place >= parts.count, let repetition else { return nil }
        return (place - parts.count) / repetition.parts.count
    }

    /// Whether numbers are a valid setting of the gene.
    func allows(_ numbers: [Int]) -> Bool {
        if isOptional, numbers == absence { return true }
        return turns(in: numbers) != nil
            && numbers.indices.allSatisfy { (1...part(at: $0).choices.count).contains(numbers[$0]) }
    }
}
