import ArgumentParser
import Foundation
import Model

/// Users' data, from the folder to a score on held-out samples: `gyrus run` with its defaults, compared with what one
/// would use instead.
///
/// A seed splits every dataset into training and test, by groups if it has any. All contestants get the same training
/// data in the form in which a user has it, and predict the same test data; one program scores all answers. Datasets on
/// which defaults were tuned are marked; the others never influenced a choice (`Tests/Benchmarks/own/sets.py`).
struct OwnBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "own", abstract: "Compare 'gyrus run' with other programs on typical users' data.",
        discussion: """
              peers=$(Tests/Benchmarks/peers)
              automl=$(Tests/Benchmarks/automl)
              swift build -c release && .build/release/Benchmarks own --python "$peers" \
                --automl "$automl" --sets penguins,housing --budget 60

            'gyrus run' and the AutoML programs get the budget as time on all cores; scikit-learn and \
            the plain networks train until they are done or have used the processor seconds of \
            the budget on all cores. A dash means that the program cannot read the dataset.
            """)

    @Option(help: "A Python that has scikit-learn, pandas, torch, librosa and pillow.")
    var python: String
    @Option(help: "A Python that has FLAML and AutoGluon's tables; without it, they are skipped.")
    var automl: String?
    @Option(help: "Folder of the datasets.")
    var data = "../shared/data/own"
    @Option(help: "Datasets to run, separated by commas (default: all).")
    var sets: String?
    @Option(help: "Budget of 'gyrus run' in seconds.")
    var budget = 600
    @Option(help: "Number of seeds of the split into training and test, from 0.")
    var seeds = 3
    @Option(help: "File for the tables in Markdown.")
    var output: String?

    private typealias Outcome = OwnSets.Outcome

    /// A contestant: its name in `compare.py`, its title, and what a person must do to get a result.
    private struct Contestant {
        let name: String
        let title: String
        let steps: String
    }

    private static let gyrusRun = Contestant(name: "gyrus", title: "gyrus run", steps: "2 commands")
    private static let peers = [
        Contestant(name: "classic", title: "scikit-learn", steps: "a script: reading, features, model"),
        Contestant(name: "plain", title: "plain PyTorch", steps: "a script: reading, network, training loop"),
    ]
    private static let automated = [
        Contestant(name: "flaml", title: "FLAML", steps: "a script: reading, fit, predict"),
        Contestant(name: "autogluon", title: "AutoGluon", steps: "a script: reading, fit, predict"),
    ]

    private var own: OwnSets { OwnSets(python: python, automl: automl, data: data) }

    private var contestants: [Contestant] {
        [Self.gyrusRun] + Self.peers + (automl == nil ? [] : Self.automated)
    }

    func run() async throws {
        let chosen = try own.chosen(sets)
        let head = contestants.map(\.title).joined(separator: " | ")
        let rule = "| --- | --- |" + String(repeating: " --- |", count: contestants.count)
        var scores = ["| set | metric | \(head) |", rule]
        var costs = ["| set | | \(head) |", rule]
        scores.forEach { print($0) }
        for set in chosen {
            let outcomes = outcomes(on: set.name)
            let name = "\(set.name)\(set.isTuning ? " \\*" : "")"
            let row = "| \(name) | \(set.metric) | \(cells(outcomes, Self.score).joined(separator: " | ")) |"
            print(row)
            scores.append(row)
            costs.append("| \(name) | s, MB | \(cells(outcomes, Self.cost).joined(separator: " | ")) |")
        }
        costs.append("| all | steps | \(contestants.map(\.steps).joined(separator: " | ")) |")
        let note = """

            Mean ± standard error of \(seeds) splits with 20 % for the test. gyrus run: \(budget) s on \(cores) cores, \
            defaults only. *: defaults were tuned on this dataset.

            """
        let costNote = """

            s: time of 'gyrus run' and 'gyrus predict'; processor seconds of the others. MB: size of Gyrus's result; \
            peak memory of the others' processes.
            """
        print(note)
        (costs + [costNote]).forEach { print($0) }
        if let output {
            let text = (scores + [note] + costs + [costNote]).joined(separator: "\n")
            try Data(text.utf8).write(to: URL(filePath: output))
        }
    }

    /// The score of each contestant on each split; absent if it failed or cannot read the dataset.
    private func outcomes(on set: String) -> [String: [Outcome]] {
        var outcomes: [String: [Outcome]] = [:]
        for seed in 0..<seeds {
            for contestant in contestants.map(\.name) {
                do {
                    let outcome =
                        contestant == Self.gyrusRun.name
                        ? try own.gyrus(set, seed, budget: budget)
                        : try own.step(
                            ["peer", data, set, "\(seed)", contestant, "\(budget * cores)"],
                            isAutomated: Self.automated.contains { $0.name == contestant })
                    outcomes[contestant, default: []].append(outcome)
                } catch {
                    FileHandle.standardError.write(Data("\(set), seed \(seed), \(contestant): \(error)\n".utf8))
                }
            }
        }
        return outcomes
    }

    private func cells(_ outcomes: [String: [Outcome]], _ text: ([Outcome]) -> String) -> [String] {
        contestants.map { contestant in
            let all = outcomes[contestant.name] ?? []
            return all.isEmpty ? "–" : text(all) + (all.count < seeds ? " (\(all.count) of \(seeds))" : "")
        }
    }

    private var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    private static func score(_ outcomes: [Outcome]) -> String { OwnSets.mean(of: outcomes.map(\.score)) }

    private static func cost(_ outcomes: [Outcome]) -> String {
        [\Outcome.seconds, \Outcome.megabytes].map { path in
            let values = outcomes.compactMap { $0[keyPath: path] }
            return values.isEmpty ? "–" : String(format: "%.1f", values.reduce(0, +) / Double(values.count))
        }.joined(separator: ", ")
    }
}
