// Draws genomes, counts them and finds one by its position.

extension SearchSpace.Gene {
    /// Number of different settings, including omission; nil if it exceeds an `Int`.
    var settings: Int? {
        guard let fixed = Self.product(of: parts), let repeated = repeatedSettings else { return nil }
        let (product, overflow) = fixed.multipliedReportingOverflow(by: repeated)
        return overflow || product == .max ? nil : product + (isOptional ? 1 : 0)
    }

    /// Number of different settings of the repeated parts, of all lengths.
    private var repeatedSettings: Int? {
        guard let repetition else { return 1 }
        guard let turn = Self.product(of: repetition.parts) else { return nil }
        var (sum, power) = (0, 1)
        for turns in 0...repetition.times.upperBound {
            if turns > 0 {
                let (next, overflow) = power.multipliedReportingOverflow(by: turn)
                if overflow { return nil }
                power = next
            }
            guard repetition.times.contains(turns) else { continue }
            let (next, overflow) = sum.addingReportingOverflow(power)
            if overflow { return nil }
            sum = next
        }
        return sum
    }

    private static func product(of parts: [SearchSpace.Part]) -> Int? {
        var product = 1
        for part in parts {
            let (next, overflow) = product.multipliedReportingOverflow(by: part.choices.count)
            if overflow { return nil }
            product = next
        }
        return product
    }

    /// A random setting; omission is as likely as any other setting, and every length is equally likely.
    func randomSetting(using generator: inout SeededGenerator) -> [Int] {
        if isOptional, let settings, generator.below(settings) == 0 { return absence }
        return randomPresence(using: &generator)
    }

    /// A random setting without omission.
    func randomPresence(using generator: inout SeededGenerator) -> [Int] {
        var numbers = parts.map { 1 + generator.below($0.choices.count) }
        guard let repetition else { return numbers }
        let turns = repetition.times.lowerBound + generator.below(repetition.times.count)
        for _ in 0..<turns { numbers += randomTurn(of: repetition, using: &generator) }
        return numbers
    }

    /// Numbers of one turn of the repetition.
    func randomTurn(of repetition: SearchSpace.Repetition, using generator: inout SeededGenerator) -> [Int] {
        repetition.parts.map { 1 + generator.below($0.choices.count) }
    }

    /// The setting at a position of the enumeration.
    /// - Parameter index: From 0 up to `settings`.
    func setting(at index: Int) -> [Int] {
        if isOptional, index == 0 { return absence }
        var rest = index - (isOptional ? 1 : 0)
        func next(_ part: SearchSpace.Part) -> Int {
            defer { rest /= part.choices.count }
            return 1 + rest % part.choices.count
        }
        var numbers = parts.map(next)
        guard let repetition else { return numbers }
        var turns = repetition.times.lowerBound
        var size = (0..<turns).reduce(1) { size, _ in repetition.parts.reduce(size) { $0 * $1.choices.count } }
        while rest >= size, turns < repetition.times.upperBound {
            rest -= size
            turns += 1
            size = repetition.parts.reduce(size) { $0 * $1.choices.count }
        }
        for _ in 0..<turns { numbers += repetition.parts.map(next) }
        return numbers
    }
}

extension SearchSpace {
    /// A random genome; each gene's settings are drawn independently.
    func random(using generator: inout SeededGenerator) -> Genome {
        while true {
            let genome = Genome(genes.map { $0.randomSetting(using: &generator) })
            if genome.genes.contains(where: { !Self.isAbsent($0) }) { return genome }
        }
    }

    /// The genome at a position of the enumeration; nil for the position that may stand for no gene at all.
    /// - Parameter position: From 0 up to `positions`.
    func genome(at position: Int) -> Genome? {
        var rest = position
        let numbers = genes.map { gene in
            let settings = gene.settings ?? 1
            defer { rest /= settings }
            return gene.setting(at: rest % settings)
        }
        let genome = Genome(numbers)
        return contains(genome) ? genome : nil
    }

    /// Number of positions of the enumeration; nil if there are too many to count.
    var positions: Int? {
        count.map { $0 + (genes.allSatisfy(\.isOptional) ? 1 : 0) }
    }
}
