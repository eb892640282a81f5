import ArgumentParser
import EvaluatorWorker
import RegistryClient
import ServiceClient
import ServiceKit
import Torch
import WorkQueueClient

/// An evaluator worker; `evaluator work` becomes this program.
@main
struct EvaluatorWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluator work", abstract: "Do evaluation tasks, one at a time.",
        discussion: """
            On SIGTERM, the current task goes back to the queue. The worker waits for a queue or \
            registry that is unavailable.
            """)

    @OptionGroup var options: WorkerOptions

    func run() async throws {
        var settings = WorkerSettings()
        settings.idleTime = options.leaveWhenIdle
        try await ServiceRuntime.runWorker("evaluator-worker", logLevel: options.logLevel, metrics: options.metrics) {
            [settings] logger in
            ComputeThreads.count = options.threads
            ComputePlace.current = try ComputePlace(device: options.device, precision: options.precision)
            let directory = ServiceDirectory()
            let registry = RegistryClient(try directory.connect(to: .registry, logger: logger))
            let handler = EvaluatorTaskHandler(
                registry: registry,
                cache: BlobCache(
                    directory: try options.cacheDirectory, limitBytes: options.cacheBytes, registry: registry))
            return [
                TaskWorker(
                    queue: QueueClient(try directory.connect(to: .evaluator, logger: logger)), name: options.workerName,
                    kinds: EvaluatorTaskHandler.kinds, offer: { ComputePlace.current.offer }, handler: handler,
                    settings: settings, logger: logger)
            ]
        }
    }
}
