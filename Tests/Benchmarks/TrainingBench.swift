import Foundation
import Logging
import Messaging
import Model
import RegistryClient
import ServiceClient
import ServiceTestSupport
import Synchronization
import TestSupport
import TrainerClient

/// Services and workers of this build that train on real data.
struct TrainingBench {
    /// The result of a training.
    struct Outcome {
        var result: TrainingResult
        /// What workers reported, in order, with their ranks.
        var reports: [(rank: Int, metrics: [String: Double])]

        /// Duration of the first worker's epochs in seconds, without start, validation and checkpoints.
        var trainingSeconds: Double { values("training-seconds", rank: 0).reduce(0, +) }
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

    /// A network link between two machines.
    struct Line {
        let delay: Duration
        let bytesPerSecond: Double

        /// Reads milliseconds and Mbit/s, such as `1,100`.
        init(_ text: String) throws {
            let numbers = text.split(separator: ",").compactMap { Double($0) }
            guard numbers.count == 2, numbers.allSatisfy({ $0 > 0 }) else {
                throw Failure(
                    .invalidArgument, "'\(text)' is not a link; use the form MILLISECONDS,MBIT/S, such as 1,100.")
            }
            delay = .seconds(numbers[0] / 1_000)
            bytesPerSecond = numbers[1] * 1e6 / 8
        }
    }

    /// Workers on this machine, in the order of the shares.
    let workers: Workers
    private let services: ServiceDirectory
    private let loop = MessageLoop()
    private let quiet = Logger(label: "", factory: { _ in SwiftLogNoOpLogHandler() })

    /// Starts a registry, a trainer, and a worker for each share of the time in which it computes; with a link, two
    /// workers; the second one is at its other end.
    static func run(
        throttle shares: [Double], line: Line? = nil, _ body: (TrainingBench) async throws -> Void
    ) async throws {
        let mnist = URL(filePath: try DataLocator().folder(of: "mnist")).standardizedFileURL
        let data = mnist.deletingLastPathComponent().path
        try await ProcessFixture.run { fixture in
            if let line {
                if let obstacle = SecondMachine.obstacle { throw Failure(.unavailable, "A line \(obstacle).") }
                let machine = try SecondMachine(delay: line.delay, bytesPerSecond: line.bytesPerSecond)
                fixture.atEnd { machine.remove() }
                let services = try TwoMachines(
                    in: fixture, machine, workerOptions: ["--data", data], throttle: (shares[0], shares[1]))
                let directory = ServiceDirectory(environment: services.environment)
                return try await body(TrainingBench(services: directory, workers: Workers()))
            }
            _ = try fixture.start("registry", [])
            _ = try fixture.start("trainer", ["serve"])
            let workers = Workers()
            for (number, share) in shares.enumerated() {
                try workers.add {
                    let options = ["--throttle", "\(share)", "--data", data, "--name", "w\(number)"]
                    return try fixture.start("trainer", ["work"] + options, name: "worker-\(number)")
                }
            }
            try await body(
                TrainingBench(services: ServiceDirectory(environment: fixture.environment), workers: workers))
        }
    }

    /// Uses services that are already running.
    init(services: ServiceDirectory, workers: Workers = Workers()) {
        self.services = services
        self.workers = workers
    }

    /// Processes that a benchmark may disturb.
    final class Workers: Sendable {
        private let list = Mutex<[(start: @Sendable () throws -> ChildProcess, process: ChildProcess)]>([])

        func add(_ start: @escaping @Sendable () throws -> ChildProcess) throws {
            let process = try start()
            list.withLock { $0.append((start, process)) }
        }

        /// Sends a signal to a worker.
        func signal(_ number: Int, _ signal: Int32) { list.withLock { $0[number].process }.signal(signal) }

        /// Kills a worker and restarts it.
        func restart(_ number: Int) async throws {
            let (start, process) = list.withLock { $0[number] }
            process.signal(SIGKILL)
            await process.end()
            let fresh = try start()
            list.withLock { $0[number].process = fresh }
        }
    }

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
        let client = TrainerClient(try connect(to: .trainer))
        var outcome = Outcome(result: try await client.train(task, id: id, group: "bench"), reports: [])
        for event in try await events(of: id) where event.kind == "task.progress" {
            outcome.reports.append((event.attributes["rank"].flatMap { Int($0) } ?? 0, Self.metrics(event)))
        }
        return outcome
    }

    /// All events of a task.
    func events(of id: String) async throws -> [Event] {
        let client = ServiceClient(try connect(to: .trainer))
        var (events, after): ([Event], UInt64) = ([], 0)
        while true {
            let page = try await client.events(after: after)
            guard let last = page.events.last else { return events }
            events += page.events.filter { $0.subject == id }
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
    /// A number of images of MNIST.
    static func mnist(training samples: Int) throws -> DatasetRecipe {
        try DatasetRecipe(
            modalities: ["image": .init(dataset: "mnist")],
            counts: .init(training: samples, validation: 2_000, test: 500), seed: 1)
    }
}
