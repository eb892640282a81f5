import ArgumentParser
import Foundation
import InferenceServer
import Model
import RegistryClient
import ServerClient
import ServiceClient
import ServiceKit
import WebGuard

/// The inference server: answers for new data over HTTP.
@main
struct ServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server", abstract: "Answer for new data over HTTP with trained networks.",
        subcommands: [Serve.self, Health.self], defaultSubcommand: Serve.self)
}

/// Serves networks until it is stopped.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Serve networks and print the address.")

    @OptionGroup var options: ServeOptions

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    func run() async throws {
        let line = AddressLine(unlessIn: options.urlFile)
        try await ServiceRuntime.runWorker("server", logLevel: logLevel) { logger in
            let models = try options.models.map(ModelSource.init)
            let connection = try ServiceDirectory().connect(to: .registry, logger: logger)
            let server = try InferenceServer(
                try ServerSettings(options), models: models,
                registry: RegistryClient(connection, patience: .seconds(5)), logger: logger
            ) { line.write($0) }
            return [server]
        }
    }
}

/// Checks whether the server that keeps its URL in a file answers.
struct Health: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the address of a running server; exit with status 69 if none answers.")

    @Option(help: ArgumentHelp("File that holds the server's URL while it runs.", valueName: "file"))
    var urlFile: String

    @Option(help: ArgumentHelp("Maximum time to wait for it.", valueName: "seconds"))
    var wait = 0.0

    func run() async throws {
        do {
            print(
                try await ServerProbe.url(in: URL(filePath: urlFile), waiting: .seconds(wait), name: "server")
                    .absoluteString)
        } catch let failure as Failure {
            FileHandle.standardError.write(Data("server: \(failure.message)\n".utf8))
            throw ExitCode(failure.exitStatus)
        }
    }
}
