import ArgumentParser
import Foundation
import Model
import Search
import SearchSupport

/// How well NAO's model predicts which of two networks is better, and decodes networks from their embeddings.
struct AutoencoderBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nao-quality",
        abstract: "Measure ranking accuracy and decoding distance of NAO's model on held-out networks.",
        discussion: """
            The tables are read from $GYRUS_DATA or ../shared/data. For each seed, the model is trained on a pool of distinct \
            random networks, as in a round of the search, and evaluated on another pool. Ranking: share of the pairs with \
            different accuracy whose order is predicted correctly (chance: 0.5). Distance: share of the decisions that \
            change when a network is encoded and decoded. ± is the standard error.
            """)

    @Option(parsing: .upToNextOption, help: "Tables: cifar10, cifar100, imageNet16, macro.")
    var tables = NASTable.Name.allCases.map(\.rawValue)
    @Option(parsing: .upToNextOption, help: "Sizes of the pool that it is trained on.")
    var pools = [50, 100, 200, 400]
    @Option(help: "Number of held-out networks.")
    var heldOut = 500
    @Option(help: "Number of runs, with the seeds 0, 1, 2, ….")
    var seeds = 10

    func validate() throws {
        for table in tables where NASTable.Name(rawValue: table) == nil {
            throw ValidationError("there is no table '\(table)'")
        }
        guard seeds > 0, heldOut > 1, pools.allSatisfy({ $0 > 1 }) else {
            throw ValidationError("a pool has at least 2 networks, and 1 run is needed")
        }
    }

    func run() async throws {
        print("nao-quality: \(seeds) seeds, \(heldOut) networks held out")
        for name in tables.compactMap(NASTable.Name.init) {
            let table = try NASTable(name)
            for pool in pools {
                let qualities = try (0..<seeds).map { try quality(on: table, pool: pool, seed: UInt64($0)) }
                let heldOut = qualities.compactMap(\.heldOut), learned = qualities.map(\.learned)
                let text = [
                    ("ranking", heldOut.map(\.ranking)), ("learned", learned.map(\.ranking)),
                    ("distance", heldOut.map(\.distance)), ("learned", learned.map(\.distance)),
                ].map { title, values in
                    String(format: "%@ %.3f±%.3f", title, values.mean, values.standardError)
                }.joined(separator: ", ")
                print("\(name.rawValue), pool of \(pool): \(text)")
            }
        }
    }

    private func quality(on table: NASTable, pool: Int, seed: UInt64) throws -> AutoencoderReport {
        var generator = SeededGenerator(seed: seed)
        var forms: Set<String> = []
        let networks = table.accuracy.keys.sorted { $0.description < $1.description }
            .shuffled(using: &generator).filter { forms.insert(table.space.form(of: $0)).inserted }
            .prefix(pool + heldOut).map { (genome: $0, worth: table.accuracy[$0] ?? 0) }
        return try NeuralOptimization.quality(
            .init(), knowing: Array(networks.prefix(pool)), on: Array(networks.dropFirst(pool)), in: table.space,
            seed: seed)
    }
}
