import Foundation
import Logging
import Messaging
import Model
import RegistryClient
import ServiceClient
import TestSupport
import TrainerClient

/// Services and workers of this build that train on real data.
struct TrainingBench {
    /// What a training came to.
    struct Outcome {
        var result: TrainingResult
        /// What workers reported, in order, with the rank of each.
        var reports: [(rank: Int, metrics: [String: Double])]

        var accuracy: Double { result.metrics["validation-accuracy"] ?? 0 }
        var seconds: Double { result.metrics["seconds"] ?? 0 }

        /// Values of a metric, of one worker or of all.
        func values(_ metric: String, rank: Int? = nil) -> [Double] {
            reports.filter { rank == nil || $0.rank == rank }.compactMap { $0.metrics[metric] }
        }

        /// Mean of a metric over workers and epochs.
        func mean(_ metric: String, rank: Int? = nil) -> Double {
            let values = values(metric, rank: rank)
            return values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
        }
    }

    private let services: ServiceDirectory
    private let loop = MessageLoop()
    private let quiet = Logger(label: "", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Starts a registry, a trainer, and a worker for each share of the time in which it computes.
    static func run(throttle shares: [Double], _ body: (TrainingBench) async throws -> Void) async throws {
        let mnist = URL(filePath: try DataLocator().folder(of: "mnist")).standardizedFileURL
        let data = mnist.deletingLastPathComponent().path
        try await ProcessFixture.run { fixture in
            _ = try fixture.start("registry", [])
            _ = try fixture.start("trainer", ["serve"])
            for (number, share) in shares.enumerated() {
                let options = ["--throttle", "\(share)", "--data", data, "--name", "w\(number)"]
                _ = try fixture.start("trainer", ["work"] + options, name: "worker-\(number)")
            }
            try await body(TrainingBench(services: ServiceDirectory(environment: fixture.environment)))
        }
    }

    /// Works with services that run already.
    init(services: ServiceDirectory) { self.services = services }

    private func connect(to service: ServiceName) throws -> RequestClient {
        try services.connect(to: service, loop: loop, logger: quiet)
    }

    /// The registry's client.
    var registry: RegistryClient { get throws { RegistryClient(try connect(to: .registry)) } }

    /// Prepares the data.
    func prepare(_ recipe: DatasetRecipe) async throws {
        let task = PreparationTask(recipe: recipe)
        _ = try await TrainerClient(connect(to: .trainer)).prepare(task, id: "prepare", group: "bench")
    }

    /// Trains to the end.
    func train(_ id: String, _ task: TrainingTask) async throws -> Outcome {
        let client = try connect(to: .trainer)
        var outcome = Outcome(result: try await TrainerClient(client).train(task, id: id, group: "bench"), reports: [])
        var after: UInt64 = 0
        while true {
            let page = try await ServiceClient(client).events(after: after)
            guard let last = page.events.last else { return outcome }
            for event in page.events where event.subject == id && event.kind == "task.progress" {
                outcome.reports.append((event.attributes["rank"].flatMap { Int($0) } ?? 0, Self.metrics(event)))
            }
            after = last.sequence
        }
    }

    private static func metrics(_ event: Event) -> [String: Double] {
        var metrics: [String: Double] = [:]
        for (name, value) in event.attributes where name.hasPrefix("metric.") {
            metrics[String(name.dropFirst("metric.".count))] = Double(value)
        }
        return metrics
    }
}

extension DatasetRecipe {
    /// So many images of MNIST.
    static func mnist(training samples: Int) throws -> DatasetRecipe {
        try DatasetRecipe(
            modalities: ["image": .init(dataset: "mnist")],
            counts: .init(training: samples, validation: 2_000, test: 500), seed: 1)
    }
}
