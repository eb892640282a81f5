import Datasets
import Foundation
import KnowledgeAttention
public import KnowledgeClient
import Model
import Networks
import Torch

/// Results of fine-tuning every model of a zoo of small networks in a stream of scenarios with few real samples.
public struct TransferStudy: Codable, Sendable {
    /// A scenario with the result of each model.
    public struct Scenario: Codable, Sendable {
        /// What it is, for people.
        public var name: String
        /// What it is like.
        public var features: ScenarioFeatures
        /// Accuracy of each model after fine-tuning.
        public var accuracies: [Double]
        /// Cheap scores of each model on the scenario's samples.
        public var scores: [[String: Double]]
    }

    /// The models, in the order of the outcomes.
    public var models: [String]
    /// Artificial code of each model.
    public var codes: [String]
    /// The scenarios, in a random order.
    public var scenarios: [Scenario]

    /// Trains everything, on one thread.
    /// - Parameters:
    ///   - isSmall: Whether a third of the scenarios and half of the models are enough.
    ///   - report: Called with the progress.
    /// - Throws: `Failure` with code `not-found` if the real data is not on this machine.
    public static func trained(isSmall: Bool = false, report: (String) -> Void = { _ in }) throws -> TransferStudy {
        let pools = try TransferPools(locator: DataLocator())
        let sources = isSmall ? Array(sources.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)) : sources
        let network = try TableSix.leNet3.network(
            input: "input", shape: [1, TransferPools.side, TransferPools.side], classes: 10)
        let zoo = try sources.map { source in
            report("training on \(source.name)")
            return try source.variant.map { variant in
                try train(network, from: nil, pools.training(variant.kind), variant, count: 1500, steps: 150, seed: 7)
            } ?? ScriptedNetwork(network, seed: 7)
        }
        var generator = SplitMix64(seed: 5)
        var plans = plans
        generator.shuffle(&plans)
        plans = Array(plans.prefix(isSmall ? 14 : plans.count))
        var study = TransferStudy(
            models: sources.map(\.name), codes: try sources.map { try $0.code(network.parameterCount) }, scenarios: [])
        for (number, plan) in plans.enumerated() {
            report("scenario \(number + 1) of \(plans.count): \(plan.name)")
            study.scenarios.append(try scenario(plan, UInt64(number), zoo, network, pools))
        }
        return study
    }

    /// The models as candidates for a scenario.
    public func candidates(for scenario: Int) throws -> [ModelCandidate] {
        try models.indices.map { model in
            ModelCandidate(
                key: ModelKey(space: ModelKey.pretrained, genome: models[model]),
                code: try ArtificialCode(codes[model]),
                scores: scenarios[scenario].scores[model])
        }
    }

    /// By how many points of accuracy a model is worse than the best one of the zoo.
    public func regret(_ model: Int, in scenario: Int) -> Double {
        let accuracies = scenarios[scenario].accuracies
        return 100 * ((accuracies.max() ?? 0) - accuracies[model])
    }
}

// MARK: - Training

extension TransferStudy {
    /// What a model was trained on; nothing for one with fresh weights.
    private struct Source {
        var name: String
        var variant: TransferVariant?

        func code(_ parameters: Int) throws -> String {
            let areas = variant.map {
                $0.kind == .written ? ["vision"] : $0.kind == .paired ? ["vision", "audition"] : ["audition"]
            }
            return try ArtificialCode(
                name: "LeNet3", areas: areas ?? ["vision"], functions: ["classification"], category: "LeNet",
                dataset: variant?.kind.datasets.joined(separator: "+") ?? "none",
                size: ParameterSize(parameters: UInt64(parameters)), accuracy: nil, optimizer: "Adam",
                platform: "Gyrus1.0"
            ).description
        }
    }

    private static let sources: [Source] = [
        Source(name: "written", variant: .init(kind: .written)),
        Source(name: "written, quarter turn", variant: .init(kind: .written, turns: 1)),
        Source(name: "spoken", variant: .init(kind: .spoken)),
        Source(name: "written, half turn", variant: .init(kind: .written, turns: 2)),
        Source(name: "written, inverted", variant: .init(kind: .written, isInverted: true)),
        Source(name: "written, three quarter turns", variant: .init(kind: .written, turns: 3)),
        Source(name: "spoken in noise", variant: .init(kind: .spokenInNoise)),
        Source(name: "written, noisy", variant: .init(kind: .written, noise: 1)),
        Source(name: "written, 0 to 4", variant: .init(kind: .written, classes: [0, 1, 2, 3, 4])),
        Source(name: "written, 5 to 9", variant: .init(kind: .written, classes: [5, 6, 7, 8, 9])),
        Source(name: "paired", variant: .init(kind: .paired)),
        Source(name: "fresh weights", variant: nil),
    ]

    /// A scenario before it was tried.
    private struct Plan {
        var variant: TransferVariant
        var samples: Int

        var name: String {
            var words = ["\(variant.kind.rawValue)", "\(samples) samples"]
            if variant.turns > 0 { words.append("\(variant.turns) quarter turns") }
            if variant.noise > 0 { words.append("noise \(variant.noise)") }
            if variant.isInverted { words.append("inverted") }
            if !variant.classes.isEmpty { words.append("classes \(variant.classes.map(String.init).joined())") }
            return words.joined(separator: ", ")
        }
    }

    private static let plans: [Plan] = {
        var plans: [Plan] = []
        for turns in 0..<4 {
            for noise: Float in [0, 1] {
                for samples in [40, 120] {
                    plans.append(Plan(variant: .init(kind: .written, turns: turns, noise: noise), samples: samples))
                }
            }
        }
        for turns in [0, 2] {
            for classes: [Int32] in [[], [1, 3, 5, 7, 9]] {
                plans.append(
                    Plan(
                        variant: .init(kind: .written, turns: turns, isInverted: true, classes: classes), samples: 60))
            }
        }
        for turns in [0, 1] {
            for classes: [Int32] in [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [0, 2, 4, 6, 8]] {
                plans.append(Plan(variant: .init(kind: .written, turns: turns, classes: classes), samples: 50))
            }
        }
        for kind in [TransferPools.Kind.spoken, .spokenInNoise] {
            for samples in [60, 200] {
                for classes: [Int32] in [[], [0, 1, 2, 3, 4]] {
                    plans.append(Plan(variant: .init(kind: kind, classes: classes), samples: samples))
                }
            }
        }
        for noise: Float in [0, 0.7] {
            for samples in [60, 150] {
                plans.append(Plan(variant: .init(kind: .paired, noise: noise), samples: samples))
            }
        }
        return plans
    }()

    private static func scenario(
        _ plan: Plan, _ seed: UInt64, _ zoo: [ScriptedNetwork], _ network: NetworkDescription, _ pools: TransferPools
    ) throws -> Scenario {
        let (pool, test) = (pools.training(plan.variant.kind), pools.test(plan.variant.kind))
        let samples = try plan.variant.samples(of: pool, count: plan.samples, seed: 100 + seed)
        let held = try plan.variant.samples(of: test, count: 250, seed: 200 + seed)
        var numbers = ["samples": Double(samples.count), "classes": Double(Set(samples.labels ?? []).count)]
        for (name, value) in DataStatistics.of(samples) { numbers["data.\(name)"] = value }
        let isSeen = plan.variant.kind == .written || plan.variant.kind == .paired
        let isHeard = plan.variant.kind != .written
        let features = ScenarioFeatures(
            task: "classification",
            datasets: ["input": plan.variant.kind.datasets.joined(separator: "+")],
            functions: (isSeen ? ["vision.shape"] : []) + (isHeard ? ["audition"] : []), numbers: numbers)
        return Scenario(
            name: plan.name, features: features,
            accuracies: try zoo.map { model in
                try train(network, from: model, samples, steps: 60, seed: seed).evaluate(on: held).accuracy
            },
            scores: try zoo.map { try Transferability.scores(of: network, weights: $0, on: samples) })
    }

    private static func train(
        _ network: NetworkDescription, from parent: ScriptedNetwork?, _ pool: TransferPools.Pool,
        _ variant: TransferVariant, count: Int, steps: Int, seed: UInt64
    ) throws -> ScriptedNetwork {
        try train(
            network, from: parent, variant.samples(of: pool, count: count, seed: seed), steps: steps, seed: seed)
    }

    private static func train(
        _ network: NetworkDescription, from parent: ScriptedNetwork?, _ samples: SampleSource, steps: Int, seed: UInt64
    ) throws -> ScriptedNetwork {
        let batch = 16
        let epochs = max(1, steps / max(1, samples.count / batch))
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .adam, learningRate: 0.002)], epochs: epochs, batch: batch, seed: seed)
        let session = try TrainingSession(network, plan: plan, samples: samples)
        if let parent { try session.network.takeWeights(of: parent) }
        while !session.isFinished { try session.finishEpoch() }
        return session.network
    }
}
