public import ArgumentParser

/// What a server is told on the command line, by `gyrus serve` and by the service itself.
public struct ServeOptions: ParsableArguments {
    /// The port where none is asked for.
    public static let usualPort = 8471

    /// Address to listen on.
    @Option(help: "Address to listen on; beyond this machine's loopback --keys is needed.")
    public var host = "127.0.0.1"

    /// Port to listen on.
    @Option(help: ArgumentHelp("Port to listen on; 0 for any free one.", valueName: "number"))
    public var port = ServeOptions.usualPort

    /// File with keys.
    @Option(
        help: ArgumentHelp(
            "File with a key on each line, 'NAME KEY'; who asks sends one: 'Authorization: Bearer KEY'.",
            valueName: "file"))
    public var keys: String?

    /// Whether everybody may ask.
    @Flag(help: "Answer everybody who reaches the address, without keys.")
    public var open = false

    /// Most samples of a batch.
    @Option(help: ArgumentHelp("Most samples that go through a network together.", valueName: "number"))
    public var batch = 32

    /// Longest wait for a batch.
    @Option(
        help: ArgumentHelp(
            "Longest time that a sample waits for others to fill a batch, in milliseconds.", valueName: "number"))
    public var delay = 2.0

    /// Processes for each model.
    @Option(
        help: ArgumentHelp("Processes for each model (default: one for each core, at most 4).", valueName: "number"))
    public var workers: Int?

    /// Requests at a time.
    @Option(help: ArgumentHelp("Most requests at a time; more are answered with 429.", valueName: "number"))
    public var concurrent = 256

    /// Largest body.
    @Option(help: ArgumentHelp("Largest body of a request, in MiB.", valueName: "number"))
    public var body = 64

    /// Longest time for a request.
    @Option(help: ArgumentHelp("Longest time for the answer to a request, in seconds.", valueName: "number"))
    public var time = 30.0

    /// File with the URL.
    @Option(help: ArgumentHelp("File that holds the server's URL while it runs.", valueName: "file"))
    public var urlFile: String?

    /// Where networks compute.
    @OptionGroup public var place: PlaceWords

    /// What is served.
    @Argument(
        help: ArgumentHelp(
            "Networks: folders that 'gyrus result --output' wrote, or models or series of the registry; NAME=NETWORK gives "
                + "a name (default: all live models of the registry).", valueName: "network"))
    public var models: [String] = []

    /// No options are given.
    public init() {}

    /// Refuses numbers that make no sense.
    public func validate() throws {
        func check(_ name: String, _ isGood: Bool, _ range: String) throws {
            guard isGood else { throw ValidationError("--\(name) is a number from \(range).") }
        }
        try check("port", (0...65_535).contains(port), "0 to 65535")
        try check("batch", (1...1_024).contains(batch), "1 to 1024")
        try check("delay", (0...1_000).contains(delay), "0 to 1000")
        try check("workers", workers.map { (1...64).contains($0) } ?? true, "1 to 64")
        try check("concurrent", (1...10_000).contains(concurrent), "1 to 10000")
        try check("body", (1...1_024).contains(body), "1 to 1024")
        try check("time", (0.1...3_600).contains(time), "0.1 to 3600")
        guard keys == nil || !open else { throw ValidationError("--keys and --open exclude each other.") }
        guard keys != nil || open || ["127.0.0.1", "::1", "localhost"].contains(host) else {
            throw ValidationError(
                "everybody who reaches \(host) could ask; give keys with --keys FILE, or say --open.")
        }
    }

    /// The same options as words of a command line.
    public var words: [String] {
        var words = [
            "--host", host, "--port", "\(port)", "--batch", "\(batch)", "--delay", "\(delay)", "--concurrent",
            "\(concurrent)", "--body", "\(body)", "--time", "\(time)",
        ]
        if let keys { words += ["--keys", keys] }
        if open { words.append("--open") }
        if let workers { words += ["--workers", "\(workers)"] }
        if let urlFile { words += ["--url-file", urlFile] }
        return words + place.words + ["--"] + models
    }
}
