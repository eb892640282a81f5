import ArgumentParser
import Model
import RegistryClient
import ServiceClient
import ServiceKit
import Torch
import TrainerWorker
import WorkQueueClient

/// A worker of the trainer; `trainer work` becomes this program.
@main
struct TrainerWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trainer work", abstract: "Do training tasks, one at a time.",
        discussion: """
            On SIGTERM the task at hand saves a checkpoint and goes back to the queue. A queue or registry that is away \
            is waited for.
            """)

    @OptionGroup var options: WorkerOptions

    @Option(
        help: ArgumentHelp(
            "Address of this machine at which other workers of the same training reach it; gradients travel unencrypted."
                + " (default: $GYRUS_ADDRESS, 127.0.0.1)",
            valueName: "address"))
    var address: String?

    @Option(
        help: ArgumentHelp(
            "Share of the time in which the worker computes, to make it as slow as another machine: 0.01 to 1.",
            valueName: "share"))
    var throttle = 1.0

    @Option(
        help: ArgumentHelp(
            "Threads that gather mini-batches ahead of time. (default: 2 with a GPU, 0 without)", valueName: "number"))
    var loaders: Int?

    func validate() throws {
        if let loaders, !(0...64).contains(loaders) {
            throw ValidationError("--loaders is \(loaders); 0 to 64 are possible.")
        }
        guard (0.01...1).contains(throttle) else {
            throw ValidationError("--throttle is \(throttle); 0.01 to 1 are possible.")
        }
    }

    func run() async throws {
        var settings = WorkerSettings()
        settings.idleTime = options.idleTime
        try await ServiceRuntime.runWorker("trainer-worker", logLevel: options.logLevel, metrics: options.metrics) {
            [settings] logger in
            ComputeThreads.count = options.threads
            ComputeThreads.share = throttle
            ComputeThreads.loaders = loaders
            ComputePlace.current = try ComputePlace(device: options.device, precision: options.precision)
            let directory = ServiceDirectory()
            let registry = RegistryClient(try directory.connect(to: .registry, logger: logger))
            let handler = TrainerTaskHandler(
                registry: registry,
                cache: BlobCache(
                    directory: options.cacheDirectory, limitBytes: options.cacheBytes, registry: registry),
                locator: DataLocator(folder: options.data), host: address ?? directory.address ?? "127.0.0.1")
            return [
                TaskWorker(
                    queue: QueueClient(try directory.connect(to: .trainer, logger: logger)), name: options.workerName,
                    kinds: TrainerTaskHandler.kinds, offer: { ComputePlace.current.offer }, handler: handler,
                    settings: settings, logger: logger)
            ]
        }
    }
}
