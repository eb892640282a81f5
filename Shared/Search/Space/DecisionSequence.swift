/// A space as a sequence of decisions, so that a genome is a string of choices, each of which can depend on earlier
/// ones: what a recurrent controller writes, an encoder reads and a distance compares.
///
/// For an optional gene, the first decision is whether it is present; before each optional turn of a repetition,
/// whether that turn is present; then come the parts. If it is not, the rest of the gene is skipped, so strings differ
/// in length.
struct DecisionSequence: Hashable, Sendable {
    /// One decision.
    struct Slot: Hashable, Sendable {
        /// The gene that it belongs to.
        let gene: Int
        /// Number of choices, counted from 0.
        let options: Int
        /// The slot that follows choice 0; nil if every choice leads to the next slot.
        let skip: Int?
        /// Kind of decision; corresponding decisions in all turns of a repetition share a kind.
        let kind: Int
    }

    /// All possible decisions.
    let slots: [Slot]
    /// Number of kinds of decisions.
    let kinds: Int
    /// The space of the decisions.
    let space: SearchSpace

    init(_ space: SearchSpace) {
        self.space = space
        var slots: [Slot] = []
        var kinds = 0
        for (index, gene) in space.genes.enumerated() {
            let end = slots.count + Self.length(of: gene)
            func append(_ options: Int, _ kind: Int, skip: Int? = nil) {
                slots.append(Slot(gene: index, options: options, skip: skip, kind: kind))
            }
            if gene.isOptional {
                append(2, kinds, skip: end)
                kinds += 1
            }
            for part in gene.parts {
                append(part.choices.count, kinds)
                kinds += 1
            }
            guard let repetition = gene.repetition else { continue }
            for turn in 0..<repetition.times.upperBound {
                if turn >= repetition.times.lowerBound { append(2, kinds, skip: end) }
                for (offset, part) in repetition.parts.enumerated() {
                    append(part.choices.count, kinds + 1 + offset)
                }
            }
            kinds += 1 + repetition.parts.count
        }
        self.slots = slots
        self.kinds = kinds
    }

    private static func length(of gene: SearchSpace.Gene) -> Int {
        let repeated = gene.repetition.map {
            $0.times.upperBound * $0.parts.count + $0.times.upperBound - $0.times.lowerBound
        }
        return (gene.isOptional ? 1 : 0) + gene.parts.count + (repeated ?? 0)
    }

    /// The choice in each slot, from 0; nil if the slot is skipped.
    func choices(of genome: Genome) -> [Int?] {
        var choices = [Int?](repeating: nil, count: slots.count)
        var numbers = genome.genes.map { $0[...] }
        let isAbsent = genome.genes.map(SearchSpace.isAbsent)
        var slot = 0
        while slot < slots.count {
            let gene = slots[slot].gene
            let choice: Int
            if slots[slot].skip != nil {
                choice = isAbsent[gene] || numbers[gene].isEmpty ? 0 : 1
            } else {
                choice = numbers[gene].removeFirst() - 1
            }
            choices[slot] = choice
            slot = next(after: slot, choice)
        }
        return choices
    }

    /// The slot that follows a decided one.
    func next(after slot: Int, _ choice: Int) -> Int {
        choice == 0 ? slots[slot].skip ?? slot + 1 : slot + 1
    }

    /// The genome of some choices; choices in skipped slots do not count.
    func genome(of choices: [Int?]) -> Genome {
        var genes = space.genes.map { _ in [Int]() }
        var slot = 0
        while slot < slots.count {
            let choice = choices[slot] ?? 0
            if slots[slot].skip == nil { genes[slots[slot].gene].append(choice + 1) }
            slot = next(after: slot, choice)
        }
        return Genome(zip(space.genes, genes).map { $1.isEmpty ? $0.absence : $1 })
    }
}
