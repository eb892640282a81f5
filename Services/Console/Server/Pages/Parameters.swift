import DesignerClient
import Model

/// The choices of a search's trials as a table: one row per measured trial, one column per decision.
struct Parameters: Sendable {
    /// One decision.
    struct Column: Hashable, Sendable {
        var name: String
        /// The choices that trials made, in order.
        var levels: [String]
        /// Share of the objective's variance that the decision explains on its own, 0 to 1.
        var importance = 0.0
    }

    /// Maximum number of repetitions of a part that are distinguished.
    private static let mostTurns = 6

    /// The decisions on which trials differ, most important first.
    let columns: [Column]
    /// The trials, best first.
    let trials: [Trial]
    /// For each trial, the index of its choice in each column.
    let choices: [[Int]]

    init(_ trials: [Trial], genes: [ScenarioFacts.Gene]?) {
        let measured = trials.filter { $0.objective?.isFinite == true && !$0.purpose.isFinal && !$0.genome.isEmpty }
            .sorted { ($1.objective ?? 0, $0.id.number) < ($0.objective ?? 0, $1.id.number) }
        let decisions = measured.map { Self.decisions($0.genome, genes) }
        var names: [String] = []
        for row in decisions { for (name, _) in row where !names.contains(name) { names.append(name) } }
        let values = decisions.map { Dictionary($0.map { ($0.name, $0.choice) }) { first, _ in first } }
        let objectives = measured.map { $0.objective ?? 0 }
        let columns = names.compactMap { name -> (Column, [Int])? in
            let texts = values.map { $0[name] ?? Decision.absent }
            let levels = Set(texts).sorted { ($0.order, $0.text) < ($1.order, $1.text) }
            guard levels.count > 1 else { return nil }
            let places = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($0.element, $0.offset) })
            let numbers = texts.map { places[$0] ?? 0 }
            let importance = Self.share(explainedBy: numbers, levels: levels.count, of: objectives)
            return (Column(name: name, levels: levels.map(\.text), importance: importance), numbers)
        }.sorted { $0.0.importance > $1.0.importance }
        self.columns = columns.map(\.0)
        self.trials = measured
        choices = measured.indices.map { row in columns.map { $0.1[row] } }
    }

    // MARK: Genomes

    private struct Decision: Hashable {
        var text: String
        /// Position among the choices.
        var order: Int

        static let absent = Decision(text: "–", order: 0)
    }

    /// The choices of a genome by decision.
    private static func decisions(
        _ genome: String, _ genes: [ScenarioFacts.Gene]?
    ) -> [(name: String, choice: Decision)] {
        let numbers = genome.split(separator: "-").map { $0.split(separator: ".").map { Int($0) ?? 0 } }
        return numbers.enumerated().flatMap { place, numbers in
            let gene = genes?.indices.contains(place) == true ? genes?[place] : nil
            return decisions(numbers, gene, number: place + 1, isOnly: (genes?.count ?? 2) == 1)
        }
    }

    private static func decisions(
        _ numbers: [Int], _ gene: ScenarioFacts.Gene?, number: Int, isOnly: Bool
    ) -> [(name: String, choice: Decision)] {
        let name = gene?.name ?? "gene \(number)"
        let fixed = gene?.parts.count ?? numbers.count
        var found: [(String, Decision)] = []
        for (place, number) in numbers.enumerated() {
            var part: ScenarioFacts.Gene.Part?
            var title = "part \(place + 1)"
            if let gene {
                if place < fixed {
                    part = gene.parts[place]
                    title = gene.parts[place].name
                } else if !gene.turn.isEmpty {
                    let (turn, rest) = (place - fixed).quotientAndRemainder(dividingBy: gene.turn.count)
                    guard turn < mostTurns else { break }
                    part = gene.turn[rest]
                    title = "\(gene.turn[rest].name) \(turn + 1)"
                }
            }
            let isKnown = part.map { $0.choices.indices.contains(number - 1) } ?? false
            let text = number == 0 ? Decision.absent.text : isKnown ? part?.choices[number - 1] ?? "" : "\(number)"
            found.append((isOnly || title == name ? title : "\(name): \(title)", Decision(text: text, order: number)))
        }
        if let gene, !gene.turn.isEmpty {
            let turns = (numbers.count - fixed) / gene.turn.count
            found.append((isOnly ? "layers" : "\(name): layers", Decision(text: "\(turns)", order: turns)))
        }
        return found
    }

    // MARK: Importance

    /// The share of the variance that a decision explains on its own, corrected for chance (ε² of an analysis of
    /// variance; Kelley 1935).
    static func share(explainedBy levels: [Int], levels count: Int, of values: [Double]) -> Double {
        let total = values.count
        guard total > count, count > 1 else { return 0 }
        let mean = values.reduce(0, +) / Double(total)
        var sums = [Double](repeating: 0, count: count), counts = [Int](repeating: 0, count: count)
        for (level, value) in zip(levels, values) {
            sums[level] += value
            counts[level] += 1
        }
        let whole = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let within = zip(levels, values).reduce(0) { sum, pair in
            let center = sums[pair.0] / Double(counts[pair.0])
            return sum + (pair.1 - center) * (pair.1 - center)
        }
        guard whole > 0 else { return 0 }
        let chance = within / Double(total - count) * Double(count - 1)
        return max(0, min(1, (whole - within - chance) / whole))
    }
}
