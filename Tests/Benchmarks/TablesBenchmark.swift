import ArgumentParser
import Foundation
import Model
import Search
import SearchSupport

/// How far each searcher is from the best network of a table after some numbers of evaluations, compared with Optuna's
/// default sampler.
struct TablesBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nas-tables",
        abstract:
            "Measure the regret of every searcher on NAS-Bench-201 and NAS-Bench-Macro, compared with Optuna's TPE.",
        discussion: """
            The tables are read from $GYRUS_DATA or ../shared/data. Each number is the best accuracy of the table minus the \
            best one found, in points, averaged over the seeds, ± its standard error. Every searcher has the same settings \
            on all tables and sees each outcome before it proposes again. A search ends when it finds the best network, \
            because the regret cannot change after that; the seconds count until then.
            """)

    @Option(help: "A Python that has Optuna, as Tests/Benchmarks/peers prints it; without it, only Gyrus is measured.")
    var python: String?

    @Option(help: "Number of runs of each searcher, each with its own seed.")
    var seeds = 200

    @Option(help: "The first seed. Settings were chosen with seeds from 0; other seeds are unbiased.")
    var firstSeed = 0

    @Option(parsing: .upToNextOption, help: "Tables: cifar10, cifar100, imageNet16, macro.")
    var tables = NASTable.Name.allCases.map(\.rawValue)

    @Option(parsing: .upToNextOption, help: "Searchers, including tpe.")
    var searchers = TablesBenchmark.plans.map(\.name) + ["tpe"]

    @Option(help: "Number of parallel runs.")
    var parallel = ProcessInfo.processInfo.activeProcessorCount

    static let counts = [25, 50, 100, 200, 500]

    /// The settings for all tables.
    static let plans: [(name: String, plan: SearchPlan)] = [
        ("random", .random),
        ("evolution", .evolution(.init(population: 12, lag: 1))),
        ("generational", .evolution(.init(population: 12, isGenerational: true))),
        ("aging", .aging(.init(population: 10, sample: 3, lag: 1))),
        ("local", .local(.init())),
        ("reinforcement", .reinforcement(.init())),
        ("nao", .neural(.init())),
        ("predictor", .predictor(.init())),
        ("progressive", .progressive(.init())),
    ]

    func validate() throws {
        for table in tables where NASTable.Name(rawValue: table) == nil {
            throw ValidationError("there is no table '\(table)'")
        }
        for searcher in searchers where searcher != "tpe" && !Self.plans.contains(where: { $0.name == searcher }) {
            throw ValidationError("there is no searcher '\(searcher)'")
        }
    }

    func run() async throws {
        print("nas-tables: regret after \(Self.counts.map(String.init).joined(separator: ", ")) evaluations")
        for name in tables.compactMap(NASTable.Name.init) {
            let table = try NASTable(name)
            for searcher in searchers {
                let start = ContinuousClock.now
                let regrets = try await regrets(of: searcher, on: table)
                guard !regrets.isEmpty else { continue }
                let seconds = String(format: "%.1f", (ContinuousClock.now - start).inSeconds)
                print(
                    "\(name.rawValue) \(searcher): \(RegretText.text(regrets)) (\(regrets.count) seeds, \(seconds) s)")
            }
        }
    }

    /// Seeds of one of the parallel jobs.
    private static let stretch = 10

    private func regrets(of searcher: String, on table: NASTable) async throws -> [[Double]] {
        let run: @Sendable (Range<Int>) throws -> [[Double]]
        if let plan = Self.plans.first(where: { $0.name == searcher })?.plan {
            run = { seeds in
                try seeds.map { seed in
                    try table.regrets(of: Searcher(plan, in: table.space, seed: UInt64(seed)), after: Self.counts)
                }
            }
        } else if let python {
            let peer = try OptunaTables(table, python: python)
            run = { seeds in try peer.regrets(seeds: seeds, after: Self.counts) }
        } else {
            print("\(searcher): skipped, because --python is missing")
            return []
        }
        return try await withThrowingTaskGroup(of: [[Double]].self) { group in
            var regrets: [[Double]] = []
            for (number, start) in stride(from: firstSeed, to: firstSeed + seeds, by: Self.stretch).enumerated() {
                if number >= parallel, let next = try await group.next() { regrets += next }
                let end = min(start + Self.stretch, firstSeed + seeds)
                group.addTask { try run(start..<end) }
            }
            for try await next in group { regrets += next }
            return regrets
        }
    }
}

/// How regrets are printed.
enum RegretText {
    /// The mean over the runs and its standard error, for each column.
    static func text(_ regrets: [[Double]]) -> String {
        (regrets.first ?? []).indices.map { column in
            let values = regrets.map { $0[column] }
            return String(format: "%.3f±%.3f", values.mean, values.standardError)
        }.joined(separator: " ")
    }
}
