public import ArgumentParser

/// The flags that every service has.
public struct ServiceOptions: ParsableArguments, Sendable {
    /// Where to listen.
    @Option(help: ArgumentHelp("Where to listen: ipc:///path or tcp://host:port.", valueName: "endpoint"))
    public var endpoint: String?

    /// Folder with the service's database and files.
    @Option(help: ArgumentHelp("Folder with the service's database and files.", valueName: "folder"))
    public var dataDirectory: String?

    /// How much to log.
    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    public var logLevel: String?

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

    /// The flags that were given, by the name of their setting.
    var given: [String: String] {
        let flags = [
            "endpoint": endpoint, "data-directory": dataDirectory, "log-level": logLevel, "keys": keys, "admit": admit,
        ]
        return flags.compactMapValues { $0 }
    }
}
