import ArgumentParser
import Foundation
import Logging
import Messaging
import Schema

/// Request round trips per second through `Messaging`, compared with plain libzmq on both ends.
struct MessagesBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "messages", abstract: "Measure request round trips/s over ipc://, compared with plain libzmq.")

    @Option(help: "Number of rounds, in which both sides take turns.")
    var rounds = 5

    @Option(help: "Duration of each measurement in seconds.")
    var seconds = 1.0

    @Option(help: "Size of a request's body in bytes.")
    var body = 256

    @Option(parsing: .upToNextOption, help: "Numbers of requests in flight.")
    var inFlight = [1, 64]

    func run() async throws {
        for inFlight in inFlight {
            var comparison = Comparison("messages, \(inFlight) in flight", unit: "round trips", peer: "libzmq")
            for _ in 0..<rounds {
                let theirs = await PlainZeroMQ.roundTrips(inFlight: inFlight, bodyBytes: body, seconds: seconds)
                let ours = try await roundTrips(inFlight: inFlight)
                comparison.add(ours: ours, theirs: theirs)
            }
            print(comparison.line)
        }
    }

    /// Gyrus: server and client on their own loops; every request is decoded, handled off the loop and encoded.
    private func roundTrips(inFlight: Int) async throws -> Double {
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let echo = Route<Wire.Attribute, Wire.Attribute>("benchmark.echo", .read)
        var router = Router()
        router.on(echo) { request in request }
        let path = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString.prefix(8)).sock")
        let endpoint = try Endpoint("ipc://\(path.path(percentEncoded: false))")
        let server = RequestServer(endpoint: endpoint, router: router, loop: MessageLoop(), logger: logger)
        let serving = Task { try await server.run() }
        let client = RequestClient(to: try await server.boundEndpoint, loop: MessageLoop(), logger: logger)
        let request = Wire.Attribute(name: "x", value: String(repeating: "y", count: max(0, body - 6)))
        for _ in 0..<200 { _ = try await client.call(echo, request) }
        let end = ContinuousClock.now + .seconds(seconds)
        let result = try await rate {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<inFlight {
                    group.addTask {
                        var count = 0
                        while ContinuousClock.now < end {
                            _ = try await client.call(echo, request)
                            count += 1
                        }
                        return count
                    }
                }
                return try await group.reduce(0, +)
            }
        }
        await client.close()
        serving.cancel()
        try await serving.value
        return result
    }
}
