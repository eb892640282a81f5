import ArgumentParser
import Foundation
import Model

/// Whether knowledge of earlier searches pays: what a project that has searched on the datasets for tuning finds on the
/// others in a third of the time, compared with what an empty project finds in all of it.
struct OwnKnowledgeBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "own-knowledge",
        abstract: "Measure what outcomes on other datasets are worth to a search.",
        discussion: """
            First searches on the datasets on which defaults were tuned, all in one project. Then searches on each of the \
            other datasets in a copy of that project, with a third of the budget, and in empty projects, with a third and \
            with all of it.
            """)

    @Option(help: "A Python that has scikit-learn, pandas and pillow.")
    var python: String
    @Option(help: "Folder of the datasets.")
    var data = "../shared/data/own"
    @Option(help: "Datasets to report, separated by commas (default: all that no default was tuned on).")
    var sets: String?
    @Option(help: "The whole budget of a search in seconds.")
    var budget = 60
    @Option(help: "Seed of the split into training and test.")
    var seed = 0

    /// The three ways of searching.
    private static let titles = ["knowledge, a third", "empty, a third", "empty, all"]

    func run() async throws {
        let own = OwnSets(python: python, data: data)
        let folder = FileManager.default.temporaryDirectory.appending(path: "knowledge-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let experienced = folder.appending(path: "project")
        for set in try own.chosen(nil) where set.isTuning {
            _ = try own.gyrus(set.name, seed, budget: budget, in: experienced)
        }
        print(
            "| set | metric | \(Self.titles.joined(separator: " | ")) |", "| --- | --- | --- | --- | --- |",
            separator: "\n")
        var differences: [[Double]] = [[], []]
        for set in try own.chosen(sets) where !set.isTuning {
            let copy = folder.appending(path: "copy")
            try FileManager.default.copyItem(at: experienced, to: copy)
            let scores = [
                try own.gyrus(set.name, seed, budget: max(1, budget / 3), in: copy).score,
                try own.gyrus(set.name, seed, budget: max(1, budget / 3)).score,
                try own.gyrus(set.name, seed, budget: budget).score,
            ]
            try FileManager.default.removeItem(at: copy)
            let cells = scores.map { String(format: "%.3f", $0) }.joined(separator: " | ")
            print("| \(set.name) | \(set.metric) | \(cells) |")
            for place in differences.indices { differences[place].append(scores[place] - scores[2]) }
        }
        for (title, values) in zip(Self.titles, differences) where !values.isEmpty {
            print("\(title), minus \(Self.titles[2]): \(OwnSets.mean(of: values)) over \(values.count) sets")
        }
        print("Budget \(budget) s; seed \(seed) of the split; mean ± standard error over sets.")
    }
}
