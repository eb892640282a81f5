import Answers
import Foundation
import Model
import Presentation
import Tables

/// A model card in the form of Hugging Face: front matter for programs, then text for people.
struct ModelCard {
    private let manifest: DatasetManifest
    private let title: String
    private let facts: [(String, String)]
    private let metrics: [String: Double]
    private let license: String?
    private let answers: AnswerFile?
    private let search: TrainingCost?

    /// Maximum number of classes in a table of truth and answers.
    private static let mostClasses = 30

    /// - Parameters:
    ///   - license: License of the model, by its SPDX identifier; nil if unknown.
    ///   - answers: Answers for test samples.
    ///   - search: Cost of all trainings of the search that found the network; nil if it is not known.
    init(
        _ manifest: DatasetManifest, title: String, facts: [(String, String)], metrics: [String: Double],
        license: String? = nil, answers: AnswerFile? = nil, search: TrainingCost? = nil
    ) {
        self.manifest = manifest
        self.search = search
        self.title = title
        self.facts = facts
        self.metrics = metrics
        self.license = license
        self.answers = answers
    }

    var text: String {
        """
        ---
        \(frontMatter)
        ---
        # \(title)

        A network for \(task), found and trained by Gyrus on the dataset `\(manifest.name)`: \
        \(manifest.samples.training) samples for training, \(manifest.samples.validation) for validation, \
        \(manifest.samples.test) for test.

        \(Self.table(["", ""], facts.map { [$0.0, $0.1] } + terms + metricRows))

        ## Inputs

        \(Self.table(["name", "kind", "columns", "network input"], inputs))

        `model.pt` takes raw values: pictures of any size as bytes, sound of any rate, token numbers, numbers in their
        units. `example.py` shows how. `preprocessing.json` has everything that preparation learned from the training data.

        \(classes)\(confusion)\(cost)## Limits

        \(limits.map { "* \($0)" }.joined(separator: "\n"))
        """ + "\n"
    }

    private var kinds: Set<ModalityKind> { Set(manifest.inputs.values.map(\.signature.kind)) }

    private var task: String {
        switch manifest.target.kind {
        case .classification: "classification"
        case .multiLabel: "multi-label classification"
        case .regression: "regression"
        }
    }

    /// Hugging Face's name of the task.
    private var pipeline: String {
        guard manifest.target.kind != .regression else { return "tabular-regression" }
        guard kinds.count == 1 else { return "other" }
        switch kinds.first {
        case .image?: return "image-classification"
        case .audio?: return "audio-classification"
        case .text?: return "text-classification"
        case .table?: return "tabular-classification"
        default: return "other"
        }
    }

    /// Metrics on the test split, which was not used for any choice, or on the validation split if there is no test
    /// split.
    private var measured: (split: String, values: [(metric: Metric, value: Double, error: Double?)]) {
        for split in ["test", "validation"] {
            let values: [(metric: Metric, value: Double, error: Double?)] = Metric.of(
                Scenario.Task(manifest.target.kind)
            ).compactMap { metric in
                metrics[metric.name(on: split)].map {
                    (metric, $0, metrics[Metric.error(of: metric.name(on: split))])
                }
            }
            if !values.isEmpty { return (split, values) }
        }
        return ("test", [])
    }

    private var frontMatter: String {
        var lines = ["library_name: pytorch", "pipeline_tag: \(pipeline)"]
        if let license { lines.append("license: \(Self.quoted(license.lowercased()))") }
        lines.append("tags: [gyrus, \(kinds.map(\.rawValue).sorted().joined(separator: ", "))]")
        let (split, values) = measured
        guard !values.isEmpty else { return lines.joined(separator: "\n") }
        lines += [
            "model-index:", "- name: \(Self.quoted(title))", "  results:", "  - task: {type: \(pipeline)}",
            "    dataset: {name: \(Self.quoted(manifest.name)), type: custom, split: \(split)}", "    metrics:",
        ]
        lines += values.map { "    - {type: \(Self.type(of: $0.metric)), name: \($0.metric.name), value: \($0.value)}" }
        return lines.joined(separator: "\n")
    }

    /// Hugging Face's name of the metric.
    private static func type(of metric: Metric) -> String {
        switch metric {
        case .macroF1, .microF1, .weightedF1: "f1"
        case .auroc: "roc_auc"
        case .mcc: "matthews_correlation"
        case .spearman: "spearmanr"
        default: metric.name.replacing("-", with: "_")
        }
    }

    private var terms: [[String]] {
        [["license", license ?? "not stated; the licenses of the data and of the original networks may apply"]]
    }

    private var metricRows: [[String]] {
        let (split, values) = measured
        let known = values.map { [$0.metric.name(on: split), Figures.value($0.value, of: $0.metric, error: $0.error)] }
        let counts = ["parameters", "operations"].compactMap { name in
            metrics[name].map { [name, Figures.count(Int($0))] }
        }
        let latency = metrics["latency-milliseconds"].map { ["latency for one sample", "\(Figures.fixed($0, 2)) ms"] }
        return known + counts + [latency].compactMap(\.self)
    }

    private var inputs: [[String]] {
        manifest.inputs.sorted { $0.key < $1.key }.map { name, input in
            [
                name, input.signature.kind.rawValue, input.columns.joined(separator: ", "),
                input.signature.shape.map(String.init).joined(separator: " × "),
            ]
        }
    }

    private var classes: String {
        guard let counts = manifest.counts else { return "" }
        let rows = zip(manifest.target.names, counts).map { [$0, "\($1)"] }
        return "## Training samples\n\n\(Self.table(["class", "samples"], rows))\n\n"
    }

    /// Truth and answers, if there are few enough classes for a page.
    private var confusion: String {
        guard let answers, case let names = answers.target.names, (2...Self.mostClasses).contains(names.count),
            case let counts = answers.confusion, !counts.isEmpty
        else { return "" }
        let rows = zip(names, counts).map { name, row in [name] + row.map { "\($0)" } }
        let whole = answers.samples.count < answers.count ? ", drawn from \(answers.count)" : ""
        return """
            ## Truth and answers

            \(answers.samples.count) test samples\(whole): a row for each right class, a column for each answer.

            \(Self.table(["truth ↓ answer →"] + names, rows))

            """ + "\n"
    }

    /// The cost of training the network, and of the whole search.
    private var cost: String {
        let own = metrics[TrainingCost.seconds] == nil ? nil : TrainingCost([metrics])
        let all: [(title: String, cost: TrainingCost)] = [
            own.map { ("this network", $0) },
            search.map { ("the whole search, \($0.trainings) trainings", $0) },
        ].compactMap(\.self)
        guard !all.isEmpty else { return "" }
        func row(_ name: String, _ value: (TrainingCost) -> String?) -> [String] {
            [name] + all.map { value($0.cost) ?? "not measured" }
        }
        let rows = [
            row("training time") { "\(Figures.fixed($0.seconds, 1)) s" },
            row("processor time") { $0.processorSeconds.map { "\(Figures.fixed($0, 1)) s" } },
            row("energy") { $0.joules.map { "\(Figures.fixed($0 / 1_000, 2)) kJ" } },
        ]
        let note =
            all.allSatisfy { $0.cost.joules != nil }
            ? "Energy is what the counters of processors and memory (RAPL) report, divided among programs by processor time."
            : "Energy could not be measured everywhere: a machine has no energy counters (RAPL) that the workers may read, or training ran on a GPU."
        return "## Cost\n\n\(Self.table([""] + all.map(\.title), rows))\n\n\(note)\n\n"
    }

    private var limits: [String] {
        var limits = ["The metrics hold for data like the training data; performance on other data is unknown."]
        if manifest.target.kind == .classification {
            limits.append("The network always answers with one of its classes, even for a sample that belongs to none.")
        }
        if let counts = manifest.counts, let least = counts.min(), least < Self.fewSamples {
            let rare = zip(manifest.target.names, counts).filter { $1 < Self.fewSamples }.map { "\($0) (\($1))" }
            limits.append("Few training samples, so the metrics say little about: \(ShortList.text(rare)).")
        }
        return limits + manifest.notes
    }

    /// Number of training samples below which a class is called rare.
    private static let fewSamples = 20

    private static func table(_ titles: [String], _ rows: [[String]]) -> String {
        let lines = [titles, titles.map { _ in "---" }] + rows
        return lines.map { "| \($0.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |" }
            .joined(separator: "\n")
    }

    /// The text as a string literal of YAML and JSON.
    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
