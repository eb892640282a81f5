import ArgumentParser
import DesignerClient
import Foundation
import Launcher
import Model
import Presentation
import RegistryClient

/// Shows a scenario's trials and fetches the winning network.
struct ResultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Show a scenario's trials and fetch the winning network.",
        discussion: """
              gyrus result 3fa2
              gyrus result 3fa2 --output results      also writes the network there

            The network is a TorchScript file, which torch.jit.load opens without Gyrus. Its weights are also written \
            separately as safetensors.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Option(
        name: [.short, .long], help: ArgumentHelp("Folder to write the winning network to.", valueName: "folder")
    )
    var output: String?

    @Argument(help: "ID of the scenario, or a unique prefix.", completion: .scenarios)
    var id: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let designer = try await services.designer()
        let status = try await designer.scenario(id)
        let trials = try await TrialExport.trials(designer, of: status)
        let winner = status.best
        if let outcome = TrackingOutcome(status, trials) {
            return try await show(outcome, status, trials, services)
        }
        let comparison = Comparison(status, try await designer.progress(of: status.id.text, sample: 1))
        try list.render(
            trials.map {
                TrialRow($0, metric: status.objective, isWinner: $0.id == winner?.id, remark: comparison.remark(on: $0))
            })
        if let summary = comparison.summary { say(summary) }
        if let halving = HalvingSummary(trials) { say("\(halving)") }
        let cost = TrainingCost(trials.map(\.metrics))
        if cost.trainings > 0 { say(cost.summary) }
        guard let winner, let (script, weights) = winner.network else {
            if status.state == .failed {
                let reason = status.failure?.message ?? "no reason was recorded"
                throw Failure(
                    .internal,
                    "scenario \(status.id) failed: \(reason)\nTry again with: "
                        + services.command("resume \(status.id)"))
            }
            throw Failure(
                .notFound,
                "scenario \(status.id) (\(status.state)) has no network yet; follow it with: "
                    + services.command("watch \(status.id)"))
        }
        if !status.state.isFinal {
            say("The search is still running: this is the best of \(status.endedTrials) trials so far.")
        }
        if let reason = winner.missingError(of: status.objective) { say(reason) }
        let isWhole = winner.isWhole(isFused: status.facts?.fused.isEmpty == false)
        guard let output else {
            say("Winner: \(winner.title), \(winner.networkName); \(winner.outcome(status.objective))")
            guard isWhole else { return say("The fusion is joined with its networks when the search ends.") }
            say("Get it with: \(services.command("result \(status.id) --output DIR"))")
            return
        }
        guard isWhole else {
            throw Failure(
                .notFound,
                """
                the best fusion of scenario \(status.id) (\(status.state)) is joined with its networks only when the \
                search ends; follow it with: \(services.command("watch \(status.id)"))
                """)
        }
        let registry = try await services.registry()
        if let recipe = status.facts?.recipe, let manifest = try await registry.manifest(recipe: BlobDigest(recipe)) {
            let folder = try PackageFolder(output)
            var entry: PretrainedModel?
            if let id = status.model { entry = try await registry.model(id) }
            try await folder.write(
                script: script, weights: weights, manifest: manifest, title: status.name,
                facts: [("network", winner.networkName), ("found by", "Gyrus, scenario \(status.id)")],
                metrics: winner.metrics, search: TrainingCost(trials.map(\.metrics)), model: entry, from: registry)
            if let model = status.model { try await folder.addONNX(of: model, from: registry) }
            let report = list.format == .json || list.quiet ? say : emit
            report("\nWinner: \(winner.title), \(winner.networkName)")
            report("        \(winner.outcome(status.objective))")
            report("Package: \(folder.folder.path)")
            let words = manifest.readsFiles ? "FILE…" : "--table FILE"
            return say("Predict on new data with: gyrus predict \(folder.folder.path) \(words)")
        }
        let files = try await Download(folder: output, name: "\(fileName(status.name))-\(status.id)")
            .fetch(script: script, weights: weights, from: registry)
        // With --format json, stdout has only the rows, for programs; the file names go there only with the table.
        let report = list.format == .json || list.quiet ? say : emit
        report("\nWinner: \(winner.title), \(winner.networkName)")
        report("        \(winner.outcome(status.objective))")
        report("Network (TorchScript): \(files.script.path)")
        if let weights = files.weights { report("Weights (safetensors): \(weights.path)") }
    }

    private func show(
        _ outcome: TrackingOutcome, _ status: ScenarioStatus, _ trials: [Trial], _ services: Services
    ) async throws {
        try list.render(trials.map { TrackingTrialRow($0, isWinner: $0.id == status.best?.id) })
        let report = list.format == .json || list.quiet ? say : emit
        report("\n\(try outcome.report())")
        if !status.state.isFinal {
            say("The search is still running: these are the results of \(status.endedTrials) trials so far.")
        }
        guard let output else {
            return say("Get the tracker and its tracks with: \(services.command("result \(status.id) --output DIR"))")
        }
        guard let files = try await outcome.fetch(into: output, from: services.registry()) else {
            throw Failure(
                .notFound,
                "scenario \(status.id) (\(status.state)) has no tracks yet; follow it with: "
                    + services.command("watch \(status.id)"))
        }
        report("Tracker: \(files.setup.path)")
        report("Tracks: \(files.tracks.path)")
        say(
            "Track other sequences with it: gyrus track run --setup \(files.setup.path) --detections DIR --output TRACKS"
        )
    }
}

extension TrainingCost {
    /// The cost as one line: `cost of 17 trainings: 63.1 s, 75.0 s of processor time, 1.20 kJ`.
    var summary: String {
        let parts = [
            "\(Figures.fixed(seconds, 1)) s",
            processorSeconds.map { "\(Figures.fixed($0, 1)) s of processor time" },
            joules.map { "\(Figures.fixed($0 / 1_000, 2)) kJ" },
        ]
        let noun = trainings == 1 ? "training" : "trainings"
        return "cost of \(trainings) \(noun): \(parts.compactMap(\.self).joined(separator: ", "))"
    }
}

/// A trial as `gyrus result` shows it.
struct TrialRow: Listable {
    let trial: Int
    let isFinal: Bool
    let isWinner: Bool
    let remark: String?
    let state: String
    let network: String
    let code: String
    let genome: String
    let origin: String
    let metrics: [String: Double]
    /// Name of the metric that networks are compared by.
    let metric: String
    let validation: Double?
    let test: Double?
    let testError: Double?
    let script: String?
    let weights: String?
    let failure: String?

    init(_ trial: Trial, metric: Metric, isWinner: Bool, remark: String?) {
        self.trial = trial.id.number
        isFinal = trial.purpose.isFinal
        self.isWinner = isWinner
        self.remark = remark
        state = "\(trial.state)"
        network = trial.networkName
        code = trial.code
        genome = trial.genome
        origin = trial.origin
        metrics = trial.metrics
        self.metric = metric.name
        validation = trial.validation(metric)
        test = trial.metrics[metric.name(on: "test")]
        testError = trial.metrics[Metric.error(of: metric.name(on: "test"))]
        script = trial.network?.script.hexadecimal
        weights = trial.network?.weights.hexadecimal
        failure = trial.failure?.message
    }

    static let columns = ["TRIAL", "NETWORK CODE", "PARAMETERS", "LATENCY", "VALIDATION", "TEST", "SECONDS", "STATE"]
    static let dispensable = ["SECONDS", "LATENCY", "PARAMETERS"]

    private func text(_ value: Double?, error: Double? = nil) -> String {
        Metric(named: metric).map { Figures.value(value, of: $0, error: error) } ?? "–"
    }

    var name: String { "\(trial)" }
    var row: [String] {
        [
            isFinal ? "\(trial) final" : "\(trial)", code, metrics["parameters"].map { Figures.count(Int($0)) } ?? "–",
            metrics["latency-milliseconds"].map { "\(Figures.fixed($0, 2)) ms" } ?? "–", text(validation),
            text(test, error: testError),
            metrics[TrainingCost.seconds].map { Figures.fixed($0, 1) } ?? "–",
            failure.map { "\(state): \($0)" }
                ?? [state, isWinner ? "winner" : nil, remark].compactMap { $0 }.joined(separator: ", "),
        ]
    }
}

extension DatasetManifest {
    /// Whether a sample is one file, rather than a row of a table.
    fileprivate var readsFiles: Bool {
        Set(inputs.values.map(\.columns)).count == 1
            && inputs.values.allSatisfy {
                $0.columns.count == 1 && [.image, .audio, .text].contains($0.signature.kind)
            }
    }
}
