import Model

/// What a search may choose from: genes, each of several parts, each with its choices.
///
/// For a multi-modal network there is one gene for each modality with the parts optimizer, structure and size.
public struct SearchSpace: Hashable, Sendable, Codable, CustomStringConvertible {
    /// One decision within a gene.
    public struct Part: Hashable, Sendable, Codable {
        /// Its name, such as `structure`.
        public let name: String
        /// What can be chosen; the genome holds the number of the choice, from 1.
        public let choices: [String]

        /// Makes a part.
        public init(_ name: String, _ choices: [String]) {
            self.name = name
            self.choices = choices
        }
    }

    /// Decisions that belong together and are inherited together.
    public struct Gene: Hashable, Sendable, Codable {
        /// Its name, such as that of a modality.
        public let name: String
        /// Its parts.
        public let parts: [Part]
        /// Whether it can be left out.
        public let isOptional: Bool

        /// Makes a gene.
        public init(_ name: String, _ parts: [Part], isOptional: Bool = false) {
            self.name = name
            self.parts = parts
            self.isOptional = isOptional
        }

        /// Number of different settings, being left out among them; nil where it exceeds what an `Int` holds.
        var settings: Int? {
            var product = 1
            for part in parts {
                let (next, overflow) = product.multipliedReportingOverflow(by: part.choices.count)
                if overflow { return nil }
                product = next
            }
            return product == Int.max ? nil : product + (isOptional ? 1 : 0)
        }
    }

    /// The genes.
    public let genes: [Gene]
    /// Number of different genomes; nil where it exceeds what an `Int` holds. The one without any gene is no genome.
    public let count: Int?

    /// Checks and takes the genes.
    /// - Throws: `Failure` with code `invalid-argument` where there is nothing to choose, or a name or a choice stands
    ///   twice.
    public init(_ genes: [Gene]) throws {
        func isUnique(_ names: [String]) -> Bool { !names.isEmpty && Set(names).count == names.count }
        guard isUnique(genes.map(\.name)),
            genes.allSatisfy({ gene in
                isUnique(gene.parts.map(\.name)) && gene.parts.allSatisfy { isUnique($0.choices) }
            })
        else {
            throw Failure(
                .invalidArgument, "A search space needs genes, parts and choices, and their names must be different.")
        }
        self.genes = genes
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
        return zip(genes, genome.genes).allSatisfy { gene, numbers in
            guard numbers.count == gene.parts.count else { return false }
            if Self.isAbsent(numbers) { return gene.isOptional }
            return zip(gene.parts, numbers).allSatisfy { (1...$0.choices.count).contains($1) }
        }
    }

    /// What a genome has chosen: for each gene the choices by the part's name, nil where the gene is left out.
    public func choices(of genome: Genome) -> [[String: String]?] {
        precondition(contains(genome), "the genome belongs to another space")
        return zip(genes, genome.genes).map { gene, numbers in
            guard !Self.isAbsent(numbers) else { return nil }
            let pairs = zip(gene.parts, numbers).map { ($0.name, $0.choices[$1 - 1]) }
            return Dictionary(uniqueKeysWithValues: pairs)
        }
    }

    /// The space as text: genomes can be compared where this is equal.
    public var description: String {
        genes.map { gene in
            let parts = gene.parts.map { "\($0.name)=\($0.choices.joined(separator: "|"))" }
            return "\(gene.name)(\(parts.joined(separator: ",")))\(gene.isOptional ? "?" : "")"
        }.joined(separator: ";")
    }

    /// Whether a gene's numbers say that it is left out.
    static func isAbsent(_ numbers: [Int]) -> Bool { numbers.allSatisfy { $0 == 0 } }
}

// MARK: - Drawing and counting

extension SearchSpace {
    /// A genome, every one equally likely within its genes.
    func random(using generator: inout SeededGenerator) -> Genome {
        while true {
            let genome = Genome(genes.map { randomSetting(of: $0, using: &generator) })
            if genome.genes.contains(where: { !Self.isAbsent($0) }) { return genome }
        }
    }

    private func randomSetting(of gene: Gene, using generator: inout SeededGenerator) -> [Int] {
        if gene.isOptional, let settings = gene.settings, generator.below(settings) == 0 {
            return gene.parts.map { _ in 0 }
        }
        return randomPresence(of: gene, using: &generator)
    }

    /// A setting of a gene that is not left out.
    func randomPresence(of gene: Gene, using generator: inout SeededGenerator) -> [Int] {
        gene.parts.map { 1 + generator.below($0.choices.count) }
    }

    /// The genome at a position of the enumeration; nil for the one position that may stand for no gene at all.
    /// - Parameter position: From 0 up to the product of the genes' settings.
    func genome(at position: Int) -> Genome? {
        var rest = position
        let numbers = genes.map { gene in
            let settings = gene.settings ?? 1
            defer { rest /= settings }
            return Self.setting(rest % settings, of: gene)
        }
        let genome = Genome(numbers)
        return contains(genome) ? genome : nil
    }

    private static func setting(_ index: Int, of gene: Gene) -> [Int] {
        if gene.isOptional, index == 0 { return gene.parts.map { _ in 0 } }
        var rest = index - (gene.isOptional ? 1 : 0)
        return gene.parts.map { part in
            defer { rest /= part.choices.count }
            return 1 + rest % part.choices.count
        }
    }

    /// Number of positions of the enumeration; nil where there are too many to count.
    var positions: Int? {
        count.map { $0 + (genes.allSatisfy(\.isOptional) ? 1 : 0) }
    }
}
