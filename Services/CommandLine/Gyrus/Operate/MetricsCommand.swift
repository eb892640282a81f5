import ArgumentParser
import Foundation
import Model
import ServiceClient

/// Prints the services' metrics.
struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Print the metrics of all services in Prometheus' text format.",
        discussion: """
              gyrus metrics
              gyrus metrics trainer | grep gyrus_queue

            Prometheus reads the same from /metrics of the console, or from each service that has --metrics ADDRESS.
            """)

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "Services (default: all).")
    var services: [ServiceName] = []

    func run() async throws {
        let connections = try Services(gyrus.project)
        let names = services.isEmpty ? ServiceName.allCases : services
        var texts: [ServiceName: String] = [:]
        var away: [String] = []
        for name in names {
            do {
                texts[name] = try await connections.service(name).metrics()
            } catch let failure as Failure where [.unavailable, .deadlineExceeded].contains(failure.code) {
                away.append(name.rawValue)
            }
        }
        var metrics = MetricsText()
        for name in names { metrics.add(.up, labels: [("service", name.rawValue)], texts[name] == nil ? 0 : 1) }
        for name in names { metrics.add(texts[name] ?? "", service: name.rawValue) }
        OutputStream.result.write(metrics.text)
        if !away.isEmpty {
            throw Failure(
                .unavailable,
                "not running: \(away.joined(separator: ", ")); start with: \(connections.command("up -d"))")
        }
    }
}
