import ArgumentParser
import Foundation
import KnowledgeAttention
import KnowledgeClient
import Model
import Search
import SearchSupport
import TransferSupport

/// How good the first pick of each method for choosing a pretrained model is, over a stream of scenarios with real
/// data, and how many trials a search saves if it starts with what attention recommends.
struct KnowledgeBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "knowledge",
        abstract:
            "Measure the regret of the first pick over a stream of scenarios, and the trials that seeded searches save.",
        discussion: """
            A dozen small networks are trained on variants of MNIST, FSDD and noise, and each is fine-tuned in some forty \
            scenarios with few samples: a few minutes on one core; the outcome is stored (--cache). Regret is by how many \
            points of accuracy the first pick is worse than the best network of the zoo in that scenario. Seeded searches \
            run on NAS-Bench-201: results for two of CIFAR-10, CIFAR-100 and ImageNet16-120 seed those for the third.
            """)

    @Option(help: "File in which the results of training are stored.")
    var cache = "\(FileManager.default.temporaryDirectory.path)/gyrus-transfer-study.json"

    @Option(help: "Number of random orders of the stream.")
    var orders = 10

    @Option(help: "Number of scenarios at the end of the stream that count.")
    var last = 20

    @Option(help: "Repetitions of the searches. A few that get stuck weigh heavily, so use at least 50.")
    var seeds = 100

    func run() async throws {
        let study = try study()
        print("knowledge: \(study.scenarios.count) scenarios, \(study.models.count) models, \(orders) orders")
        var means: [TransferChoice: Double] = [:]
        for choice in TransferChoice.allCases {
            let regrets = try (0..<orders).map { try study.regrets(of: choice, order: order(study, $0)) }
            let ends = regrets.map { Self.mean(Array($0.suffix(last))) }
            means[choice] = Self.mean(ends)
            print(
                String(
                    format: "%@: regret %.2f ± %.2f points over the last %d, %.2f over all", choice.rawValue,
                    Self.mean(ends), Self.error(ends), last, Self.mean(regrets.map(Self.mean))))
        }
        if let attention = means[.attention], let average = means[.bestOnAverage], average > 0 {
            print(String(format: "attention divided by best-on-average: %.2f", attention / average))
        }
        if NASTable.areThere { try seededSearches() } else { print("seeded searches skipped: \(NASTable.reason)") }
    }

    private func study() throws -> TransferStudy {
        if let data = FileManager.default.contents(atPath: cache),
            let study = try? JSONDecoder().decode(TransferStudy.self, from: data)
        {
            return study
        }
        let study = try TransferStudy.trained { FileHandle.standardError.write(Data("\($0)\n".utf8)) }
        try JSONEncoder().encode(study).write(to: URL(filePath: cache))
        return study
    }

    private func order(_ study: TransferStudy, _ number: Int) -> [Int] {
        var generator = SplitMix64(seed: UInt64(number))
        var order = Array(study.scenarios.indices)
        generator.shuffle(&order)
        return order
    }

    // MARK: - Searches

    /// Number of trials until a network is within a point of the best, with the same seeds, unseeded and seeded; each
    /// table is searched with the results of the other two.
    private func seededSearches() throws {
        let names: [NASTable.Name] = [.cifar10, .cifar100, .imageNet16]
        let tables = try Dictionary(uniqueKeysWithValues: names.map { ($0, try NASTable($0)) })
        for name in names {
            guard let target = tables[name] else { continue }
            let others = names.filter { $0 != name }.compactMap { other in tables[other].map { (other, $0) } }
            var plain: [Double] = [], seeded: [Double] = []
            for seed in 0..<seeds {
                let known = try Self.known(of: target, name, from: others, seed: seed)
                plain.append(try Self.trials(on: target, seed: seed, seeds: []))
                seeded.append(try Self.trials(on: target, seed: seed, seeds: known))
            }
            print(
                String(
                    format:
                        "searches on %@ to within a point of the best, %d repetitions: unseeded %.1f ± %.1f trials, "
                        + "seeded %.1f ± %.1f: %.2f",
                    name.rawValue, self.seeds, Self.mean(plain), Self.error(plain), Self.mean(seeded),
                    Self.error(seeded), Self.mean(seeded) / Self.mean(plain)))
        }
    }

    /// What attention recommends to try first, after a search on each of the other tables.
    private static func known(
        of target: NASTable, _ name: NASTable.Name, from others: [(NASTable.Name, NASTable)], seed: Int
    ) throws -> [Genome] {
        var ranker = ModelRanker()
        for (number, (other, table)) in others.enumerated() {
            ranker.remember(try finishedSearch(table, other, number, seed: seed))
        }
        if let training = ranker.training() { ranker.take(try training.learn()) }
        let ranked = try ranker.rank(for: features(name), space: target.space.description)
        return try ranked.prefix(population / 2).map { try Genome($0.model.key.genome) }
    }

    private static let population = 12
    private static let finishedTrials = 100
    private static let mostTrials = 500

    private static func features(_ name: NASTable.Name) -> ScenarioFeatures {
        let classes: [NASTable.Name: Double] = [.cifar10: 10, .cifar100: 100, .imageNet16: 120]
        return ScenarioFeatures(
            task: "classification", datasets: ["image": name.rawValue], functions: ["vision.shape"],
            numbers: ["classes": classes[name] ?? 0, "epochs": 12])
    }

    private static func searcher(_ table: NASTable, _ seed: Int, _ seeds: [Genome]) -> Searcher {
        Searcher(
            .evolution(.init(population: population, lag: 1)), in: table.space, seed: UInt64(seed), seeds: seeds)
    }

    /// The outcomes of a search on another table.
    private static func finishedSearch(
        _ table: NASTable, _ name: NASTable.Name, _ number: Int, seed: Int
    ) throws -> ScenarioOutcomes {
        var searcher = searcher(table, seed + 1000 * (number + 1), [])
        var outcomes: [ScenarioOutcomes.Outcome] = []
        while outcomes.count < finishedTrials, case .proposal(let proposal) = try searcher.ask() {
            let accuracy = table.accuracy[proposal.genome] ?? 0
            try searcher.tell(proposal.number, .objective(accuracy))
            let key = ModelKey(space: table.space.description, genome: proposal.genome.description)
            outcomes.append(.init(model: ModelCandidate(key: key), objective: accuracy))
        }
        return ScenarioOutcomes(
            id: UInt64(number + 1), features: features(name), space: table.space.description, outcomes: outcomes)
    }

    private static func trials(on table: NASTable, seed: Int, seeds: [Genome]) throws -> Double {
        var searcher = searcher(table, seed, seeds)
        for count in 1...mostTrials {
            guard case .proposal(let proposal) = try searcher.ask() else { break }
            let accuracy = table.accuracy[proposal.genome] ?? 0
            if accuracy >= table.best - 1 { return Double(count) }
            try searcher.tell(proposal.number, .objective(accuracy))
        }
        return Double(mostTrials)
    }

    static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }

    private static func error(_ values: [Double]) -> Double {
        let center = mean(values)
        let variance = values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(max(1, values.count - 1))
        return (variance / Double(max(1, values.count))).squareRoot()
    }
}
