import ConsoleServer
import ConsoleSupport
import Foundation
import Logging
import Messaging
import Model
import ServiceClient
import ServiceTestSupport
import Synchronization
import TestSupport

/// A console in the test's process, on its own port.
enum ConsoleFixture {
    /// Serves while `body` runs.
    /// - Parameter environment: Endpoints of the services; by default none.
    static func serve<Result>(
        _ settings: ConsoleSettings = ConsoleSettings(port: 0), environment: [String: String]? = nil,
        _ body: (RawBrowser) async throws -> Result
    ) async throws -> Result {
        var settings = settings
        settings.port = 0
        let nowhere = Dictionary(
            uniqueKeysWithValues: ServiceName.allCases.map {
                (ServiceDirectory.variable(of: $0), "ipc:///tmp/gyrus-nowhere-\(UUID().uuidString.prefix(8)).sock")
            })
        let backends = try Backends(
            ServiceDirectory(environment: environment ?? nowhere), patience: settings.limits.patience, logger: quiet)
        let (urls, ready) = AsyncStream<URL>.makeStream()
        let server = ConsoleServer(settings, backends: backends, logger: quiet) { ready.yield($0) }
        let running = Task { try await server.run() }
        defer { running.cancel() }
        var iterator = urls.makeAsyncIterator()
        guard let url = await iterator.next() else { throw Failure(.internal, "The console did not start.") }
        return try await body(RawBrowser(url: url))
    }
}
