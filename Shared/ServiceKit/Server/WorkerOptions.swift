public import ArgumentParser
public import Foundation

/// The flags that every worker has.
public struct WorkerOptions: ParsableArguments, Sendable {
    /// Name of the worker.
    @Option(
        help: ArgumentHelp(
            "Name of the worker in lists and events. (default: host name and process number)", valueName: "name"))
    public var name: String?

    /// Compute threads.
    @Option(
        help: ArgumentHelp(
            "Compute threads. More than there are free cores makes every step slower; start more workers instead.",
            valueName: "number"))
    public var threads = 1

    /// Where it computes.
    @Option(
        help: ArgumentHelp(
            "Device that computes: cpu, cuda, cuda:N, or auto for the first GPU where there is one. One worker for each.",
            valueName: "device"))
    public var device = "cpu"

    /// What products are computed in.
    @Option(
        help: ArgumentHelp(
            "What products are computed in: fp32, bf16, and on GPUs tf32 and fp16. Only cpu with fp32 gives equal bits.",
            valueName: "precision"))
    public var precision = "fp32"

    /// Folder with raw data sets.
    @Option(
        help: ArgumentHelp(
            "Folder with raw data sets. (default: $GYRUS_DATA, ../shared/data, the user's cache)", valueName: "folder"))
    public var data: String?

    /// Folder for files of the registry.
    @Option(
        help: ArgumentHelp(
            "Folder for files from the registry, shared by all workers of a machine. (default: $GYRUS_STATE/cache, or"
                + " ~/.cache/gyrus/blobs)", valueName: "folder"))
    public var cache: String?

    /// Size of that folder.
    @Option(help: ArgumentHelp("Most that the cache may hold, in GiB.", valueName: "GiB"))
    public var cacheSize = 8

    /// How long to wait for a task before leaving.
    @Option(
        help: ArgumentHelp(
            "Leave where no task came for so many seconds, as a job of a batch system should. (default: stay)",
            valueName: "seconds"))
    public var leaveWhenIdle: Int?

    /// Where to serve metrics.
    @Option(
        help: ArgumentHelp(
            "Serve Prometheus metrics over HTTP here: HOST:PORT or unix:/path/of/socket.", valueName: "address"))
    public var metrics: String?

    /// How much to log.
    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    public var logLevel: String?

    /// Makes options without any flag.
    public init() {}

    /// Checks the flags.
    public func validate() throws {
        guard (1...256).contains(threads) else {
            throw ValidationError("--threads is \(threads); 1 to 256 are possible.")
        }
        guard (1...65_536).contains(cacheSize) else {
            throw ValidationError("--cache-size is \(cacheSize); 1 to 65536 GiB are possible.")
        }
        if let leaveWhenIdle, leaveWhenIdle < 1 {
            throw ValidationError("--leave-when-idle is \(leaveWhenIdle); at least 1 s is possible.")
        }
        guard name != "" else { throw ValidationError("--name is empty.") }
    }

    /// How long to wait for a task before leaving; nil for ever.
    public var idleTime: Duration? { leaveWhenIdle.map { .seconds($0) } }

    /// The worker's name, or one of this host and process.
    public var workerName: String { name ?? Self.usualName }

    /// The name of a worker of this host and process.
    public static var usualName: String {
        "\(ProcessInfo.processInfo.hostName.prefix { $0 != "." })-\(ProcessInfo.processInfo.processIdentifier)"
    }

    /// Folder for files from the registry.
    public var cacheDirectory: URL {
        let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        let home = environment["XDG_CACHE_HOME"] ?? ((environment["HOME"] ?? "/tmp") + "/.cache")
        let path = cache ?? environment["GYRUS_STATE"].map { "\($0)/cache" } ?? "\(home)/gyrus/blobs"
        return URL(filePath: path, directoryHint: .isDirectory).absoluteURL
    }

    /// Most bytes that the cache may hold.
    public var cacheBytes: UInt64 { UInt64(cacheSize) << 30 }
}
