import ArgumentParser
import ConsoleServer
import Foundation
import Model
import ServiceClient
import ServiceKit
import WebGuard

/// The web console.
@main
struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "Show Gyrus in a browser: models, brain, searches, events.",
        subcommands: [Serve.self, Health.self], defaultSubcommand: Serve.self)
}

/// Serves pages until it is stopped.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve the pages and print their address.")

    @Option(help: "Address to listen on.")
    var address = "127.0.0.1"

    @Option(
        help: ArgumentHelp(
            "Port to listen on; 0 for any free one, or ‘usual’: \(ConsoleSettings.usualPort) unless it is taken.",
            valueName: "number"))
    var port = PortArgument.usual

    @Option(
        help: ArgumentHelp(
            "Another host name under which browsers may open the console (can be repeated).", valueName: "name"))
    var allowHost: [String] = []

    @Option(
        help: ArgumentHelp(
            "File with the key that browsers need, made if it is missing (default: anyone who can reach the address can"
                + " read everything).", valueName: "file"))
    var keyFile: String?

    @OptionGroup var place: URLFileOptions

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    func run() async throws {
        var settings = ConsoleSettings(
            address: address, port: port.number, hosts: Set(allowHost), urlFile: place.file.map { URL(filePath: $0) })
        settings.key = try keyFile.map { try ServedKey.key(in: URL(filePath: $0)) }
        settings.metrics = { await MetricsExposition.ofProcess.text() }
        let line = AddressLine(unlessIn: place.file)
        try await ServiceRuntime.runWorker("console", logLevel: logLevel) { [settings] logger in
            let backends = try Backends(ServiceDirectory(), patience: settings.limits.patience, logger: logger)
            return [
                ConsoleServer(settings, backends: backends, logger: logger) { line.write($0) }
            ]
        }
    }
}

/// A port: a number or `usual`.
enum PortArgument: ExpressibleByArgument {
    case usual
    case exactly(Int)

    init?(argument: String) {
        if argument == "usual" {
            self = .usual
        } else {
            guard let number = UInt16(argument) else { return nil }
            self = .exactly(Int(number))
        }
    }

    var number: Int? {
        if case .exactly(let number) = self { return number }
        return nil
    }

    var defaultValueDescription: String { number.map { "\($0)" } ?? "usual" }
}

/// File that holds the console's URL while it runs.
struct URLFileOptions: ParsableArguments {
    @Option(
        name: .customLong("url-file"),
        help: ArgumentHelp("File that holds the console's URL while it runs.", valueName: "file"))
    var file: String?
}

/// Checks whether the console that keeps its URL in a file answers.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the address of a running console; exit with status 69 if none answers.")

    @OptionGroup var place: URLFileOptions

    @Option(help: ArgumentHelp("Maximum time to wait for it.", valueName: "seconds"))
    var wait = 0.0

    func run() async throws {
        guard let file = place.file else {
            throw ValidationError("--url-file is required: the file that holds the console's URL.")
        }
        do {
            print(
                try await ServerProbe.url(in: URL(filePath: file), waiting: .seconds(wait), name: "console")
                    .absoluteString)
        } catch let failure as Failure {
            FileHandle.standardError.write(Data("console: \(failure.message)\n".utf8))
            throw ExitCode(failure.exitStatus)
        }
    }
}
