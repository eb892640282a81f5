public import ArgumentParser
import Model

/// Command-line options of a server, used by `gyrus serve` and by the service itself.
public struct ServeOptions: ParsableArguments {
    /// The port if none is requested.
    public static let usualPort = 8471

    /// Address to listen on.
    @Option(help: "Address to listen on; beyond loopback, --keys or --open is required.")
    public var host = "127.0.0.1"

    /// Port to listen on.
    @Option(help: ArgumentHelp("Port to listen on; 0 for any free one.", valueName: "number"))
    public var port = ServeOptions.usualPort

    /// File with keys.
    @Option(
        help: ArgumentHelp(
            "File with one key per line, 'NAME KEY'; clients send 'Authorization: Bearer KEY'.",
            valueName: "file"))
    public var keys: String?

    /// Whether anyone may send requests.
    @Flag(help: "Answer anyone who can reach the address, without keys.")
    public var open = false

    /// Maximum number of samples in a batch.
    @Option(help: ArgumentHelp("Maximum number of samples in a batch.", valueName: "number"))
    public var batch = 32

    /// Maximum wait for a batch.
    @Option(
        help: ArgumentHelp(
            "Maximum time that a sample waits for others to fill a batch (default: 2ms).", valueName: "duration"),
        transform: Self.span)
    public var delay: Duration?

    /// Processes for each model.
    @Option(
        help: ArgumentHelp("Processes for each model (default: one for each core, at most 4).", valueName: "number"))
    public var workers: Int?

    /// Maximum number of concurrent requests.
    @Option(help: ArgumentHelp("Maximum number of concurrent requests; more get status 429.", valueName: "number"))
    public var concurrent = 256

    /// Maximum size of a request body in MiB.
    @Option(help: ArgumentHelp("Maximum size of a request body, in MiB.", valueName: "number"))
    public var body = 64

    /// Maximum time for a request.
    @Option(
        help: ArgumentHelp("Maximum time to answer a request (default: 30s).", valueName: "duration"),
        transform: Self.span)
    public var time: Duration?

    /// File with the server's URL.
    @Option(help: ArgumentHelp("File that holds the server's URL while it runs.", valueName: "file"))
    public var urlFile: String?

    /// Device and precision of the networks.
    @OptionGroup public var place: PlaceWords

    /// The networks to serve.
    @Argument(
        help: ArgumentHelp(
            "Networks: folders written by 'gyrus result --output', or models or series of the registry; NAME=NETWORK "
                + "sets a name (default: all live models of the registry).", valueName: "network"))
    public var models: [String] = []

    private static func span(_ text: String) throws -> Duration {
        do { return try timeSpan(text) } catch { throw ValidationError(error.message) }
    }

    /// Makes default options.
    public init() {}

    /// Rejects numbers out of range.
    public func validate() throws {
        func check(_ name: String, _ isGood: Bool, _ range: String) throws {
            guard isGood else { throw ValidationError("--\(name) must be a number from \(range).") }
        }
        try check("port", (0...65_535).contains(port), "0 to 65535")
        try check("batch", (1...1_024).contains(batch), "1 to 1024")
        try check("workers", workers.map { (1...64).contains($0) } ?? true, "1 to 64")
        try check("concurrent", (1...10_000).contains(concurrent), "1 to 10000")
        try check("body", (1...1_024).contains(body), "1 to 1024")
        guard (.zero ... .seconds(1)).contains(delay ?? .zero) else {
            throw ValidationError("--delay must be from 0s to 1s.")
        }
        guard (.milliseconds(100) ... .seconds(3_600)).contains(time ?? .seconds(1)) else {
            throw ValidationError("--time must be from 100ms to 1h.")
        }
        guard keys == nil || !open else { throw ValidationError("--keys and --open are mutually exclusive.") }
        guard keys != nil || open || ["127.0.0.1", "::1", "localhost"].contains(host) else {
            throw ValidationError(
                "anyone who can reach \(host) could send requests; use --keys FILE, or --open to allow that.")
        }
    }

    /// The same options as words of a command line.
    public var words: [String] {
        var words = [
            "--host", host, "--port", "\(port)", "--batch", "\(batch)", "--concurrent", "\(concurrent)", "--body",
            "\(body)",
        ]
        for (name, span) in [("--delay", delay), ("--time", time)] {
            if let span { words += [name, "\(Int(span / .microseconds(1)))us"] }
        }
        if let keys { words += ["--keys", keys] }
        if open { words.append("--open") }
        if let workers { words += ["--workers", "\(workers)"] }
        if let urlFile { words += ["--url-file", urlFile] }
        return words + place.words + ["--"] + models
    }
}
