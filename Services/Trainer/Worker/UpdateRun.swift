import Datasets
import Foundation
import Logging
import Model
import Networks
import RegistryClient
import Storage
import Torch
import TrainerClient
import WorkQueueClient

/// Trains a new version of a pretrained model on other data, registers it, and promotes it if it forgot little.
struct UpdateRun {
    /// Maximum number of earlier versions whose data counts as the model's knowledge.
    private static let mostAncestors = 16

    let task: UpdateTask
    let lease: TaskLease
    let registry: RegistryClient
    let cache: BlobCache
    let scratch: ScratchDirectory
    let checkpointInterval: Duration

    func result(_ progress: TaskProgress) async throws -> UpdateResult {
        let parent = try await registry.model(task.model)
        let (network, teacher) = try await parent.loaded(from: registry, cache)
        let new = try await dataset(task.dataset)
        let earlier = try await earlierData(of: parent, progress)
        if let latest = earlier.first { try new.checkContinuation(of: latest, inputs: network.inputs.map(\.name)) }
        guard let method = ContinualMethod(rawValue: task.method) else {
            let known = ContinualMethod.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "There is no method '\(task.method)'; use one of \(known).")
        }
        let known = try network.outputShape.reduce(1, *)
        let training = ContinualTraining(
            network: network, parent: teacher, method: method, memory: task.memory,
            knownClasses: earlier.isEmpty ? (0..<Int32(known)).map(\.self) : nil)
        let session = try session(training, new, earlier)
        let before = try UpdateScores(of: training.parent(for: new.target), new, earlier)
        let run = try await TrainingRun(
            session, validation: new.source(.validation), lease, registry: registry, cache: cache,
            scratch: scratch,
            checkpointInterval: checkpointInterval, progress)
        let trained = try await run.result()
        let after = try UpdateScores(of: session.network, new, earlier)
        var metrics = trained.metrics
        metrics["new-\(before.metric.name).before"] = before.new
        metrics["new-\(before.metric.name)"] = after.new
        if !earlier.isEmpty {
            metrics["earlier-\(before.metric.name).before"] = before.meanEarlier
            metrics["earlier-\(before.metric.name)"] = after.meanEarlier
            metrics["forgetting"] = zip(before.earlier, after.earlier).map { $0 - $1 }.max()
        }
        let accuracy = after.metric == .accuracy ? after.test : nil
        let version = try await register(
            parent, try await base(of: parent, training.network(for: new.target)), trained, metrics, accuracy: accuracy)
        return UpdateResult(
            model: version.id, stage: try await promote(version, parent, metrics).rawValue, metrics: metrics)
    }

    // MARK: - What it begins with

    private func dataset(_ recipe: String) async throws -> PreparedDataset {
        try PreparedDataset(opening: try await registry.datasetFile(recipe: recipe, in: cache).path)
    }

    /// The data of the model and of its ancestors, latest first.
    private func earlierData(of model: PretrainedModel, _ progress: TaskProgress) async throws -> [PreparedDataset] {
        var found: [String: PreparedDataset] = [:]
        var order: [String] = []
        var next: PretrainedModel? = model
        for _ in 0..<Self.mostAncestors {
            guard let current = next else { break }
            if let recipe = current.lineage.recipe?.hexadecimal, recipe != task.dataset, found[recipe] == nil {
                do {
                    found[recipe] = try await dataset(recipe)
                    order.append(recipe)
                } catch let failure as Failure where failure.code == .notFound {
                    progress.logger.warning("earlier data is gone", metadata: ["recipe": "\(recipe)"])
                }
            }
            next = nil
            if let parent = current.lineage.parent { next = try await registry.model(parent) }
        }
        return order.compactMap { found[$0] }
    }

    private func session(
        _ training: ContinualTraining, _ new: PreparedDataset, _ earlier: [PreparedDataset]
    ) throws -> TrainingSession {
        let plan = try TrainingPlan(
            optimizers: [Optimizer(rule: .adam, learningRate: task.learningRate)], epochs: task.epochs,
            batch: task.batch, seed: task.seed)
        return try training.session(
            on: new.source(.training).chosen(task.samples ?? 0, seed: task.seed),
            earlier: earlier.map { try $0.source(.training) }, plan: plan)
    }

    // MARK: - What it ends with

    /// The identity of the version's network; a network that got outputs for new classes is registered first.
    private func base(of parent: PretrainedModel, _ network: NetworkDescription) async throws -> BlobDigest {
        let id = try network.id
        guard id != parent.network else { return id }
        var base = try await registry.network(parent.network)
        (base.id, base.description) = (id, try network.canonicalJSON)
        _ = try await registry.register(base)
        return id
    }

    /// The version has the same identity whenever the task is repeated.
    private func register(
        _ parent: PretrainedModel, _ network: BlobDigest, _ trained: TrainingResult, _ metrics: [String: Double],
        accuracy: Double?
    ) async throws -> PretrainedModel {
        let digest = BlobDigest(hashing: lease.payload).hexadecimal.prefix(8)
        let root = parent.id.split(separator: "~").first.map(String.init) ?? parent.id
        let known = try await registry.dataset(recipe: BlobDigest(task.dataset))
        let names = Set((parent.dataset + "+" + (known?.name ?? parent.dataset)).split(separator: "+").map(String.init))
        return try await registry.register(
            PretrainedModel(
                id: "\(root)~\(digest)", network: network, platform: parent.platform,
                dataset: names.sorted().joined(separator: "+"), optimizer: "Adam", accuracy: accuracy,
                files: [ModelFile(.torchScript, trained.script), ModelFile(.safetensors, trained.weights)],
                metrics: metrics,
                lineage: .init(
                    recipe: try BlobDigest(task.dataset), parent: parent.id, license: parent.lineage.license,
                    origin: "update by \(task.method)"), series: parent.series))
    }

    /// A version that forgot more than allowed gets no stage; it is not used unless a person promotes it.
    private func promote(
        _ version: PretrainedModel, _ parent: PretrainedModel, _ metrics: [String: Double]
    ) async throws -> ModelStage {
        let forgetting = metrics["forgetting"] ?? 0
        guard version.stage == .none, forgetting <= task.allowedForgetting else { return version.stage }
        let note = "update of \(parent.id) by \(task.method)"
        return try await registry.move(
            version.id, to: parent.stage == .live ? .live : .staging, by: task.person, note: note
        ).stage
    }
}

/// A network's performance on new and earlier data.
private struct UpdateScores {
    /// The usual metric of its task; larger is better.
    let metric: Metric
    /// On new validation samples.
    let new: Double
    /// On validation samples of each earlier dataset.
    let earlier: [Double]
    /// On the test samples of all datasets together.
    let test: Double

    var meanEarlier: Double { earlier.reduce(0, +) / Double(max(1, earlier.count)) }

    init(of network: ScriptedNetwork, _ new: PreparedDataset, _ earlier: [PreparedDataset]) throws {
        let metric = Metric.usual(for: Scenario.Task(try new.source(.validation).target.kind))
        self.metric = metric
        func score(_ dataset: PreparedDataset, _ split: PreparedDataset.Split) throws -> (value: Double, samples: Int) {
            let evaluation = try network.evaluate(on: dataset.source(split).answering(new.target))
            return (evaluation.metrics[metric.name].map(metric.utility) ?? -.infinity, evaluation.samples)
        }
        self.new = try score(new, .validation).value
        self.earlier = try earlier.map { try score($0, .validation).value }
        let tests = try ([new] + earlier).map { try score($0, .test) }
        let samples = tests.reduce(0) { $0 + $1.samples }
        test = tests.reduce(0) { $0 + $1.value * Double($1.samples) } / Double(max(1, samples))
    }
}

extension PreparedDataset {
    /// Checks that a network that was trained on other data can learn from this one: the classes that it knows come first,
    /// and values are prepared in the same way.
    /// - Throws: `Failure` with code `invalid-argument` that says what differs and what to do.
    fileprivate func checkContinuation(of other: PreparedDataset, inputs: [String]) throws {
        let advice = " To prepare it for this model, use: gyrus models update MODEL --data PATH"
        guard target.kind == other.target.kind else {
            throw Failure(
                .invalidArgument,
                "The new data has a target of kind '\(target.kind.rawValue)', but the model learned one of kind "
                    + "'\(other.target.kind.rawValue)'.")
        }
        guard target.names.starts(with: other.target.names) else {
            throw Failure(
                .invalidArgument,
                "The new data has \(target.names.prefix(5).joined(separator: ", ")) as its first answers, but the model "
                    + "has \(other.target.names.prefix(5).joined(separator: ", ")), so they would be confused."
                    + advice)
        }
        for name in inputs {
            guard let own = manifest?.inputs[name]?.preparation, let theirs = other.manifest?.inputs[name]?.preparation,
                !own.isCompatible(with: theirs)
            else { continue }
            throw Failure(
                .invalidArgument,
                "The new data's '\(name)' is prepared differently from the data that the model learned from." + advice)
        }
    }
}

extension Preparation {
    /// Whether a network that learned from values of one preparation can read those of the other. Means, deviations and
    /// principal components of pictures and sounds may differ, because each dataset's values are standardized.
    fileprivate func isCompatible(with other: Preparation) -> Bool {
        if case .picture(let own) = self, case .picture(let theirs) = other {
            return own.fit == theirs.fit && (own.projection == nil) == (theirs.projection == nil)
        }
        var other = other
        if let (means, deviations) = standardization { other.standardize(means: means, deviations: deviations) }
        return self == other
    }
}
