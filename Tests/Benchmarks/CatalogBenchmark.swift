import ArgumentParser
import Foundation
import GRDB
import Logging
import Messaging
import Model
import Networks
import RegistryClient
import RegistryServer
import ServiceClient
import Storage

/// How a large registry performs: lists, filters and statistics over 100,000 models, of which 1,000 have their own
/// files of 20 MB each (sparse ones), its start, and its memory.
///
/// The registry is the built executable next to this one. The rows are written directly into its database, because
/// registering them would take minutes.
struct CatalogBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Measure lists, filters and statistics of a large registry, its start and its memory.")

    @Option(help: "Number of models.")
    var models = 100_000

    @Option(help: "Number of base networks.")
    var networks = 2_000

    @Option(help: "Number of models with their own file.")
    var files = 1_000

    @Option(help: "Size of each of these files in bytes.")
    var fileBytes = 20_000_000

    @Option(help: "Number of times that each query runs; the median and the slowest are printed.")
    var rounds = 20

    func run() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString.prefix(8))")
        defer { try? FileManager.default.removeItem(at: directory) }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try await LargeCatalog(
            directory: directory, models: models, networks: networks, files: files, bytes: fileBytes
        )
        .write()
        let server = try ServiceProcess(.registry, directory: directory)
        defer { server.stop() }
        let connection = RequestClient(
            to: server.endpoint, loop: MessageLoop(),
            logger: Logger(label: "", factory: { _ in SwiftLogNoOpLogHandler() }))
        let client = RegistryClient(connection)
        let start = try await server.start { _ = try await client.terms(of: .areas) }
        print(
            "catalog, \(models) models, \(files) files of \(fileBytes / 1_000_000) MB: start \(start.milliseconds) ms"
        )
        for (what, question) in questions(client) { try await measure(what, question) }
        print("catalog, memory of the registry: \(try server.memory() >> 20) MB")
        await connection.close()
    }

    private func questions(_ client: RegistryClient) -> [(String, () async throws -> Int)] {
        func list(_ filter: [String: String], order: String = "") -> () async throws -> Int {
            { try await client.models(.init(filter: filter, limit: 100, order: order)).count }
        }
        return [
            ("list of 100", list([:])), ("the best 100", list([:], order: "-accuracy")),
            ("by dataset and accuracy", list(["dataset": "set7", "accuracy": ">=0.99"])),
            ("by area, parameters and stage", list(["areas": "emotion", "parameters": "<20K", "stage": "live"])),
            ("by code with wildcards", list(["code": "Net1*; vision; any; any; set3; any; >=99%; Adam; any"])),
            ("by the code's integers", list(["code": "* 1 2 3 4 *"])),
            ("by words that no entry has", list(["text": "no such words"])),
            ("by a license that no model has", list(["license": "GPL*"])),
            ("one model", { try await client.model("model-50000").files.count }),
            ("live models on a day", { try await client.stages(.init(stage: .live, limit: 100)).count }),
            ("networks, 100 of them", { try await client.networks(.init(limit: 100, order: "-parameters")).count }),
            ("statistics", { Int(try await client.statistics().models) }),
        ]
    }

    private func measure(_ what: String, _ question: () async throws -> Int) async throws {
        var times: [Duration] = []
        var count = 0
        for _ in 0..<rounds {
            let begin = ContinuousClock.now
            count = try await question()
            times.append(ContinuousClock.now - begin)
        }
        times.sort()
        print(
            "catalog, \(what): \(times[times.count / 2].milliseconds) ms, slowest \(times[times.count - 1].milliseconds)"
                + " ms (\(count) found)")
    }
}

extension Duration {
    fileprivate var milliseconds: String { String(format: "%.1f", self / .milliseconds(1)) }
}
