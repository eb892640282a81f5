import ArgumentParser
import Foundation
import Model

/// Pretrained models on data as users have them: which one attention would try first, and what they are worth beside
/// fresh networks.
struct PretrainedBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pretrained",
        abstract:
            "Regret of the first pick of a model for sets as users have them; frozen, fine-tuned and fresh networks.",
        discussion: """
              peers=$(Tests/Benchmarks/peers)
              "$peers" Tests/Benchmarks/own/shelf.py ../shared/data PACKAGES SHELF
              swift run -c release Benchmarks pretrained SHELF --parts regret --rows rows.json
              swift run -c release Benchmarks pretrained --parts regret --rows rows.json

            The first run measures and writes a row per set: the accuracy, LogME and H-score of every candidate. Without \
            a shelf, the regrets are computed from these rows, and nothing is trained again.

            Every candidate gets the same work: a linear layer on the features of a frozen model, or some epochs for \
            fresh weights. Each set is then left out in turn: each way to choose has the outcomes of all other sets. \
            Nothing is tuned on any of these sets.
            """)

    @Argument(help: "Folder that own/shelf.py wrote; without it, only the regrets of stored rows are computed.")
    var shelf: String?
    @Option(help: "Folder of the sets.")
    var data = "../shared/data/own"
    @Option(help: "Sets of the first part, separated by semicolons (default: all).")
    var only: String?
    @Option(help: "File of the rows of the first part, which gets those that it lacks.")
    var rows: String?
    @Option(help: "Maximum number of samples of each set.")
    var samples = 600
    @Option(help: "Parts to run: regret, tuning, caching.")
    var parts = "regret,tuning,caching"
    @Option(help: "Seconds for fine-tuning a model on a set.")
    var seconds = 120.0
    @Option(help: "Number of repetitions of the third part.")
    var rounds = 5

    /// The sets and models of the second part.
    private static let tuned = [
        ("signs", "osnet_x0_25_msmt17"), ("clothes", "osnet_x0_25_msmt17"), ("voices", "voice-encoder"),
        ("commands", "voice-encoder"), ("surroundings", "voice-encoder"), ("stamps, spoken", "voice-encoder"),
        ("stamps, English", "minilm"), ("bank-queries", "minilm"), ("stamps, pictures", "efficientnet-lite0"),
    ]
    /// The sets of the third part.
    private static let cached = ["clothes", "stamps, English"]

    func run() async throws {
        guard let shelf else { return try regret(stored) }
        let scratch = FileManager.default.temporaryDirectory.appending(path: "gyrus-pretrained-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let models = try await PretrainedModelOnShelf.all(in: URL(filePath: shelf), scratch: scratch)
        let sets = PretrainedSet.all(in: URL(filePath: data).standardizedFileURL.path)
        var work = PretrainedStudy.Work()
        work.samples = samples
        let tuning = PretrainedTuning(work: work, scratch: scratch, seconds: seconds)
        let wanted = parts.split(separator: ",")
        let pairs = Self.tuned.compactMap { set, model in
            sets.first { $0.name == set }.flatMap { set in models.first { $0.name == model }.map { (set, $0) } }
        }
        if wanted.contains("caching") {
            for (set, model) in pairs where Self.cached.contains(set.name) {
                print(try tuning.caching(set, model, rounds: rounds))
            }
        }
        let chosen = only?.split(separator: ";").map(String.init)
        let studied = sets.filter { chosen?.contains($0.name) ?? true }
        if wanted.contains("regret") { try regret(study(studied, models, work, scratch)) }
        if wanted.contains("tuning") {
            print("| set | training, test | model | frozen | fine-tuned | fresh, as long as fine-tuned |")
            print("| --- | --- | --- | --- | --- | --- |")
            for (set, model) in pairs { print(try tuning.row(set, model)) }
        }
    }

    /// Measures what the cache does not have yet.
    private func study(
        _ sets: [PretrainedSet], _ models: [PretrainedModelOnShelf], _ work: PretrainedStudy.Work, _ scratch: URL
    ) throws -> PretrainedStudy {
        let exists = rows.map { FileManager.default.fileExists(atPath: $0) } ?? false
        var study = try exists ? stored : PretrainedStudy()
        for set in sets where !study.rows.contains(where: { $0.set == set.name }) {
            study.rows.append(try PretrainedStudy.row(set, models, work, scratch: scratch))
            if let rows { try JSONEncoder().encode(study).write(to: URL(filePath: rows)) }
        }
        return study
    }

    /// The rows of earlier runs.
    private var stored: PretrainedStudy {
        get throws {
            guard let rows, let content = FileManager.default.contents(atPath: rows) else {
                throw ValidationError("Name a shelf to measure rows, or with --rows a file of rows that exists.")
            }
            return try JSONDecoder().decode(PretrainedStudy.self, from: content)
        }
    }

    // MARK: - Regret

    private func regret(_ study: PretrainedStudy) throws {
        print(
            "| set | samples, classes | candidate | accuracy | LogME | H-score | s |\n| --- | --- | --- | --- | --- | --- | --- |"
        )
        for row in study.rows {
            for candidate in row.candidates.sorted(by: { $0.accuracy > $1.accuracy }) {
                let (mean, error) = Self.mean(candidate.accuracies.map { 100 * $0 })
                let scores = ["logme", "h-score"].map { candidate.scores[$0].map { String(format: "%.3f", $0) } ?? "–" }
                print(
                    "| \(row.set) | \(row.samples), \(row.classes) | \(candidate.code == nil ? "fresh " : "")\(candidate.name)"
                        + String(format: " | %.1f ± %.1f | ", mean, error) + scores.joined(separator: " | ")
                        + String(format: " | %.1f |", candidate.featureSeconds + candidate.trainingSeconds))
            }
        }
        let head = PretrainedPick.allCases.map(\.rawValue).joined(separator: " | ")
        let rule = String(repeating: " --- |", count: PretrainedPick.allCases.count)
        print("\nOne set left out:\n| set | \(head) |\n| --- |\(rule)")
        var means: [PretrainedPick: [Double]] = [:]
        for (place, row) in study.rows.enumerated() {
            let cells = try PretrainedPick.allCases.map { pick in
                let (mean, error) = Self.mean(try pick.regrets(on: place, of: study))
                means[pick, default: []].append(mean)
                let name = try pick.pick(on: place, of: study, hiding: nil)?.name
                return String(format: "%.1f ± %.1f", mean, error) + (name.map { " (\($0))" } ?? "")
            }
            print("| \(row.set) | \(cells.joined(separator: " | ")) |")
        }
        print("| mean | \(Self.cells(means)) |")
        try pairs(study)
    }

    /// Each pair of a set and a candidate left out: the candidate has no outcome anywhere.
    private func pairs(_ study: PretrainedStudy) throws {
        var means: [PretrainedPick: [Double]] = [:]
        for (place, row) in study.rows.enumerated() {
            for candidate in row.candidates {
                for pick in PretrainedPick.allCases {
                    let (mean, _) = Self.mean(try pick.regrets(on: place, of: study, hiding: candidate.name))
                    means[pick, default: []].append(mean)
                }
            }
        }
        print("| mean over \(means[.random]?.count ?? 0) pairs, the candidate hidden too | \(Self.cells(means)) |")
    }

    private static func cells(_ means: [PretrainedPick: [Double]]) -> String {
        PretrainedPick.allCases.map { pick in
            let (mean, error) = mean(means[pick] ?? [])
            return String(format: "%.1f ± %.1f", mean, error)
        }.joined(separator: " | ")
    }

    /// Mean and standard error.
    private static func mean(_ values: [Double]) -> (Double, Double) {
        let count = Double(max(1, values.count))
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (mean, (squares / max(1, count - 1) / count).squareRoot())
    }
}
