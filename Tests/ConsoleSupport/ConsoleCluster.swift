import ConsoleServer
package import DesignerClient
package import Foundation
import GRDB
package import Messaging
package import Model
package import RegistryClient
package import ServiceClient
import ServiceTestSupport
package import TestSupport
import WebGuard

/// Services of this build in a test's own folder, with a console.
package struct ConsoleCluster {
    /// The folder and its processes.
    package let fixture: ProcessFixture
    /// A client of the console.
    package let browser: RawBrowser
    private let loop: MessageLoop

    /// Starts the services and the console, and ends them when `body` is done.
    package static func run<Result>(
        _ services: [ServiceName] = ServiceName.allCases, _ body: (ConsoleCluster) async throws -> Result
    ) async throws -> Result {
        try await ProcessFixture.run { fixture in
            for service in services { try start(service, in: fixture) }
            let file = fixture.directory.appending(path: "run/console.url")
            _ = try fixture.start("console", ["--port", "0", "--url-file", file.path])
            let url = try await ServerProbe.url(in: file, waiting: .seconds(30), name: "console")
            let cluster = ConsoleCluster(fixture: fixture, browser: RawBrowser(url: url), loop: MessageLoop())
            for service in services {
                let client = ServiceClient(try cluster.connect(to: service))
                _ = try await retrying(for: .seconds(30)) { try await client.health() }
            }
            return try await body(cluster)
        }
    }

    /// Starts one of the services.
    @discardableResult
    package static func start(_ service: ServiceName, in fixture: ProcessFixture) throws -> ChildProcess {
        let verbs = [ServiceName.trainer, .evaluator].contains(service) ? ["serve"] : []
        return try fixture.start(service.rawValue, verbs)
    }

    /// The address of a page, for a browser.
    package func page(_ path: String) -> URL { URL(string: browser.url.absoluteString + path) ?? browser.url }

    /// A connection to a service.
    package func connect(to service: ServiceName) throws -> RequestClient {
        try ServiceDirectory(environment: fixture.environment).connect(to: service, loop: loop, logger: quiet)
    }

    /// A client of the designer.
    package var designer: DesignerClient { get throws { DesignerClient(try connect(to: .designer)) } }
    /// A client of the registry.
    package var registry: RegistryClient { get throws { RegistryClient(try connect(to: .registry)) } }

    /// Publishes a scenario that no worker takes, and adds ended trials to it.
    package func publish(_ name: String, trials: Int) async throws -> ScenarioID {
        let id = try ScenarioID(name)
        let text = """
            scenario: \(name)
            stimuli: [see written digits, hear spoken digits]
            modalities:
              image: {dataset: mnist}
              audio: {dataset: fsdd, noise: esc10}
            search: {population: 6, trials: \(max(10, trials)), seed: 7}
            training: {epochs: 1}
            final: {epochs: 5}
            """
        try await designer.publish(text, file: "f.yaml", as: id)
        guard trials > 0 else { return id }
        var configuration = Configuration()
        configuration.busyMode = .timeout(20)
        let file = fixture.directory.appending(path: "state/designer/designer.sqlite")
        let database = try DatabaseQueue(path: file.path, configuration: configuration)
        try await database.write { db in
            let statement = try db.cachedStatement(
                sql: """
                    INSERT INTO trials (scenario, number, state, genome, origin, network, code, objective, metrics)
                    VALUES (?, ?, 3, '1.1.1-0.0.0', 'random', ?, 'c', ?, ?)
                    """)
            for number in 0..<trials {
                let size = 1_000 + number * 7_919 % 900_000
                let accuracy = 0.2 + 0.7 * Double(number * 31 % 997) / 997
                try statement.execute(arguments: [
                    name, number, "image: LeNet3×\(number % 9)", accuracy,
                    """
                    {"parameters":\(size),"latency-milliseconds":\(Double(number % 13) + 0.5),\
                    "test-accuracy":\(accuracy - 0.01),"seconds":\(number % 60)}
                    """,
                ])
            }
        }
        return id
    }
}
