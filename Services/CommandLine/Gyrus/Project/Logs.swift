import ArgumentParser
import Foundation
import Launcher
import Model

/// Shows the services' logs.
struct Logs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the services' logs.",
        discussion: "  gyrus logs -f --tail 20 trainer-worker\n\nThe last 24 MiB of each process's log are kept.")

    @ParentCommand var gyrus: Gyrus

    @Flag(name: [.short, .long], help: "Keep showing output as it arrives.")
    var follow = false

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("Show only the last lines of each process.", valueName: "number"))
    var tail: String = "all"

    @Option(
        help: ArgumentHelp("Show only lines since this time: 10m (ago), or a timestamp.", valueName: "time"),
        transform: EventFilter.time)
    var since: Date?

    @Flag(name: [.short, .long], help: "Show a timestamp on each line.")
    var timestamps = false

    @Flag(name: .long, help: "Print no colors.")
    var noColor = false

    @Flag(name: .long, help: "Omit the process names.")
    var noLogPrefix = false

    @Argument(help: "Services (default: all).", completion: .services)
    var services: [String] = []

    func validate() throws {
        guard tail == "all" || Int(tail).map({ $0 >= 0 }) ?? false else {
            throw ValidationError("--tail must be a number or 'all', not '\(tail)'")
        }
    }

    func run() async throws {
        let session = try Session(gyrus.project)
        let known = Set(ReplicaLog.replicas(in: session.directory).map(\.service))
        for service in services where !known.contains(service) && !follow {
            throw Failure(
                .notFound,
                "there is no log for service '\(service)'; see what is running with: \(session.command("ps"))")
        }
        var logs = ProjectLogs(of: session.directory, services: Set(services))
        var printer = LogPrinter(
            isColored: Terminal.isColored && !noColor, hasPrefix: !noLogPrefix, hasTime: timestamps)
        let replicas = ReplicaLog.replicas(in: session.directory)
        printer.introduce(replicas.filter { services.isEmpty || services.contains($0.service) })
        var lines = logs.newLines(last: Int(tail), isLast: !follow)
        while true {
            for line in lines where isWanted(line) { OutputStream.result.write("\(printer.format(line))\n") }
            guard follow else { return }
            try await Task.sleep(for: .milliseconds(100))
            lines = logs.newLines()
        }
    }

    /// Line timestamps are in UTC and sort lexically.
    private func isWanted(_ line: LogLine) -> Bool {
        since.map { line.time >= $0.formatted(.iso8601).dropLast() } ?? true
    }
}
