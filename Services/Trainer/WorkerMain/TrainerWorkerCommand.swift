import ArgumentParser
import Model
import RegistryClient
import ServiceClient
import ServiceKit
import Torch
import TrainerWorker
import WorkQueueClient

/// A trainer worker; `trainer work` becomes this program.
@main
struct TrainerWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trainer work", abstract: "Do training tasks, one at a time.",
        discussion: """
            On SIGTERM, the current task saves a checkpoint and goes back to the queue. The worker waits for a queue \
            or registry that is unavailable.
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
            "Share of the time that the worker computes, to simulate a slower machine: 0.01 to 1.",
            valueName: "share"))
    var throttle = 1.0

    @Option(
        help: ArgumentHelp(
            "Threads that gather mini-batches ahead of time. (default: 2 with a GPU, 0 without)", valueName: "number"))
    var loaders: Int?

    func validate() throws {
        if let loaders, !(0...64).contains(loaders) {
            throw ValidationError("--loaders is \(loaders); it must be between 0 and 64.")
        }
        guard (0.01...1).contains(throttle) else {
            throw ValidationError("--throttle is \(throttle); it must be between 0.01 and 1.")
        }
    }

    func run() async throws {
        var settings = WorkerSettings()
        settings.idleTime = options.leaveWhenIdle
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
                    directory: try options.cacheDirectory, limitBytes: options.cacheBytes, registry: registry),
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
