import ArgumentParser
import Foundation
import Model

/// Datasets of several modalities: what `gyrus run` reaches with all of them, with each alone, and what late fusion of
/// the results for each reaches.
struct ModalitiesBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "modalities",
        abstract: "Compare fused modalities with each modality alone and with late fusion.",
        discussion: """
            Late fusion multiplies the probabilities that the results for single modalities give to each class. Every \
            run gets the same budget, so late fusion uses as many times the budget as there are modalities.
            """)

    @Option(help: "A Python that has scikit-learn, pandas and pillow.")
    var python: String
    @Option(help: "Folder of the datasets.")
    var data = "../shared/data/own"
    @Option(help: "Datasets, separated by commas.")
    var sets = "skin,stamps"
    @Option(help: "Budget of each 'gyrus run' in seconds.")
    var budget = 60
    @Option(help: "Number of seeds of the split into training and test, from 0.")
    var seeds = 3

    func run() async throws {
        let own = OwnSets(python: python, data: data)
        print("| set | metric | inputs | score |", "| --- | --- | --- | --- |", separator: "\n")
        for set in try own.chosen(sets) {
            let modalities = try own.modalities(of: set.name).sorted { $0.key < $1.key }
            var scores: [String: [Double]] = [:]
            for seed in 0..<seeds { try measure(set.name, modalities, seed, own, &scores) }
            for inputs in ["all, fused"] + modalities.map(\.key) + ["late fusion"] {
                let name = "\(set.name)\(set.isTuning ? " \\*" : "")"
                print("| \(name) | \(set.metric) | \(inputs) | \(OwnSets.mean(of: scores[inputs] ?? [])) |")
            }
        }
        print(
            "\nMean ± standard error of \(seeds) splits with 20 % for the test; \(budget) s for each run, defaults only.",
            "*: defaults were tuned on this dataset.")
    }

    private func measure(
        _ set: String, _ modalities: [(key: String, value: [String])], _ seed: Int, _ own: OwnSets,
        _ scores: inout [String: [Double]]
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "modalities-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        scores["all, fused", default: []].append(try own.gyrus(set, seed, budget: budget).score)
        var answers: [String] = []
        for (name, _) in modalities {
            let file = folder.appending(path: "\(name).csv")
            let others = modalities.filter { $0.key != name }.flatMap(\.value)
            scores[name, default: []].append(
                try own.gyrus(set, seed, budget: budget, ignoring: others, copy: file).score)
            answers.append(file.path)
        }
        let late: OwnSets.Outcome = try own.step(["late", data, set, "\(seed)"] + answers)
        scores["late fusion", default: []].append(late.score)
    }
}
