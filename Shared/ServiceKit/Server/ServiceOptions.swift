public import ArgumentParser

/// The flags that every service has.
public struct ServiceOptions: ParsableArguments, Sendable {
    /// Endpoint to listen on.
    @Option(help: ArgumentHelp("Endpoint to listen on: ipc:///path or tcp://host:port.", valueName: "endpoint"))
    public var endpoint: String?

    /// Folder with the service's database and files.
    @Option(help: ArgumentHelp("Folder with the service's database and files.", valueName: "folder"))
    public var dataDirectory: String?

    /// Log level.
    @Option(
        help: ArgumentHelp("Log level: trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    public var logLevel: String?

    /// Log format.
    @Option(help: ArgumentHelp("Log format: text, or json for one object per line.", valueName: "form"))
    public var logFormat: String?

    /// Where to serve metrics.
    @Option(
        help: ArgumentHelp(
            "Address for Prometheus metrics over HTTP: HOST:PORT or unix:/path/of/socket.", valueName: "address"))
    public var metrics: String?

    /// What is kept, and for how long.
    @Option(
        help: ArgumentHelp(
            "What to keep, such as 'events=90d/1000000 tasks=30d'; the rest is removed.", valueName: "policy"))
    public var retention: String?

    /// File with this process's own keys.
    @Option(help: ArgumentHelp("File with this process's own keys, for tcp:// beyond this machine.", valueName: "file"))
    public var keys: String?

    /// File with the public keys of admitted clients.
    @Option(help: ArgumentHelp("File with the public keys of admitted clients.", valueName: "file"))
    public var admit: String?

    /// File with settings.
    @Option(help: ArgumentHelp("File with settings (YAML).", valueName: "file"))
    public var config: String?

    /// Whether to print the settings in force instead of serving.
    @Flag(help: "Print the settings in force and where each comes from, then exit.")
    public var printConfiguration = false

    /// Makes options without any flag.
    public init() {}

    /// The given flags, by the name of their setting.
    var given: [String: String] {
        let flags = [
            "endpoint": endpoint, "data-directory": dataDirectory, "log-level": logLevel, "log-format": logFormat,
            "metrics": metrics, "retention": retention, "keys": keys, "admit": admit,
        ]
        return flags.compactMapValues { $0 }
    }
}
