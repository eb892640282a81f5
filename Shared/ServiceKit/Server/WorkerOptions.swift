public import ArgumentParser
public import Foundation
import Model

/// The flags that every worker has.
public struct WorkerOptions: ParsableArguments, Sendable {
    /// Name of the worker.
    @Option(
        help: ArgumentHelp(
            "Name of the worker in lists and events. (default: host name and process number)", valueName: "name"))
    public var name: String?

    /// Number of compute threads.
    @Option(
        help: ArgumentHelp(
            "Number of compute threads. More threads than free cores slow every step; start more workers instead.",
            valueName: "number"))
    public var threads = 1

    /// The device that computes.
    @Option(
        help: ArgumentHelp(
            "Device for computing: cpu, cuda, cuda:N, or auto for the first GPU, if any. Start one worker per device.",
            valueName: "device"))
    public var device = "cpu"

    /// The number format of products.
    @Option(
        help: ArgumentHelp(
            "Number format of products: fp32, bf16, and on GPUs tf32 and fp16. Only fp32 on cpu gives identical bits.",
            valueName: "precision"))
    public var precision = "fp32"

    /// Folder with raw datasets.
    @Option(
        help: ArgumentHelp(
            "Folder with raw datasets. (default: $GYRUS_DATA, ../shared/data, the user's cache)", valueName: "folder"))
    public var data: String?

    /// Folder for files from the registry.
    @Option(
        help: ArgumentHelp(
            "Folder for files from the registry, shared by all workers of a machine. (default: $GYRUS_STATE/cache, or"
                + " ~/.cache/gyrus/blobs)", valueName: "folder"))
    public var cache: String?

    /// Maximum size of that folder.
    @Option(help: ArgumentHelp("Maximum size of the cache in GiB.", valueName: "GiB"))
    public var cacheSize = 8

    /// How long to wait for a task before leaving; nil to wait forever.
    @Option(
        help: ArgumentHelp(
            "Leave after this time without a task, as a job in a batch system should. (default: stay)",
            valueName: "duration"),
        transform: Self.span)
    public var leaveWhenIdle: Duration?

    /// Where to serve metrics.
    @Option(
        help: ArgumentHelp(
            "Address for Prometheus metrics over HTTP: HOST:PORT or unix:/path/of/socket.", valueName: "address"))
    public var metrics: String?

    /// Log level.
    @Option(
        help: ArgumentHelp("Log level: trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    public var logLevel: String?

    /// Makes options without any flag.
    public init() {}

    /// Checks the flags.
    public func validate() throws {
        guard (1...256).contains(threads) else {
            throw ValidationError("--threads is \(threads); it must be from 1 to 256.")
        }
        guard (1...65_536).contains(cacheSize) else {
            throw ValidationError("--cache-size is \(cacheSize); it must be from 1 to 65536 GiB.")
        }
        if let leaveWhenIdle, leaveWhenIdle < .seconds(1) {
            throw ValidationError("--leave-when-idle must be at least 1s.")
        }
        guard name != "" else { throw ValidationError("--name is empty.") }
    }

    private static func span(_ text: String) throws -> Duration {
        do { return try timeSpan(text) } catch { throw ValidationError(error.message) }
    }

    /// The worker's name, or one of this host and process.
    public var workerName: String { name ?? Self.usualName }

    /// The name of a worker of this host and process.
    public static var usualName: String {
        "\(ProcessInfo.processInfo.hostName.prefix { $0 != "." })-\(ProcessInfo.processInfo.processIdentifier)"
    }

    /// Folder for files from the registry.
    /// - Throws: `Failure` if the only possible one could belong to another user.
    public var cacheDirectory: URL {
        get throws {
            let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
            if let path = cache ?? environment["GYRUS_STATE"].map({ "\($0)/cache" }) {
                return URL(filePath: path, directoryHint: .isDirectory).absoluteURL
            }
            return try CacheFolder.place("blobs")
        }
    }

    /// Maximum size of the cache in bytes.
    public var cacheBytes: UInt64 { UInt64(cacheSize) << 30 }
}
