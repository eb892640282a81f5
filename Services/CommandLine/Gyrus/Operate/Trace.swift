import ArgumentParser
import Foundation
import Model
import Presentation
import ServiceClient

/// Shows the events of one scenario, trial or task across all services.
struct Trace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show one timeline of a scenario, trial or task across all services.",
        discussion: """
              gyrus trace 3fa27c11
              gyrus trace 3fa27c11/17 --format json

            Times are relative to the first event. Events of other subjects that mention the ID, such as a model that the \
            scenario produced, are shown as well.
            """)

    /// Maximum time for a service to search all of its events; there can be millions.
    private static let patience = Duration.seconds(120)

    @ParentCommand var gyrus: Gyrus

    @Option(name: .long, help: "Output format: table, or json for one object per line.")
    var format: ListFormat = .table

    @Option(help: ArgumentHelp("Maximum number of events per service, newest first.", valueName: "number"))
    var limit = 10_000

    @Argument(help: "ID of a scenario, a trial (SCENARIO/NUMBER) or a task.")
    var id: String

    func validate() throws {
        guard (1...1_000_000).contains(limit) else {
            throw ValidationError("--limit must be from 1 to 1000000, not \(limit).")
        }
        guard id.count >= 4 else { throw ValidationError("'\(id)' is too short; give at least 4 characters.") }
    }

    func run() async throws {
        let services = try Services(gyrus.project)
        var found: [Event] = []
        var away: [String] = []
        for name in ServiceName.allCases {
            do {
                found += try await events(of: try await services.service(name))
            } catch let failure as Failure where [.unavailable, .deadlineExceeded].contains(failure.code) {
                away.append("\(name) (\(failure.code == .unavailable ? "not running" : "no answer in time"))")
            }
        }
        if !away.isEmpty { say("gyrus: the events of \(away.joined(separator: ", ")) are missing") }
        guard !found.isEmpty else {
            throw Failure(
                .notFound,
                "no service has an event of '\(id)' (or retention removed it); list scenarios with: "
                    + services.command("scenarios"))
        }
        let sorted = found.sorted { ($0.time, $0.service, $0.sequence) < ($1.time, $1.service, $1.sequence) }
        if format == .json { return EventPrinter(asJSON: true).show(sorted) }
        emit(Self.timeline(sorted))
    }

    private func events(of client: ServiceClient) async throws -> [Event] {
        var before: UInt64 = 0
        var found: [Event] = []
        while found.count < limit {
            // Events of the item itself have a subject that begins with the ID.
            let page = try await client.lastEvents(before: before, subject: id, timeout: Self.patience)
            found = page.events.filter(isAbout) + found
            guard let first = page.events.first else { break }
            before = first.sequence
        }
        return Array(found.suffix(limit)) + (try await eventsNaming(client, besides: Set(found.map(\.sequence))))
    }

    /// Events with another subject and an attribute with the ID, such as a model's or an observation's, among the newest
    /// of the service.
    private func eventsNaming(_ client: ServiceClient, besides known: Set<UInt64>) async throws -> [Event] {
        var before: UInt64 = 0
        var (found, seen): ([Event], Int) = ([], 0)
        while seen < limit {
            let page = try await client.lastEvents(before: before, timeout: Self.patience)
            guard let first = page.events.first else { break }
            seen += page.events.count
            before = first.sequence
            found += page.events.filter { event in
                !known.contains(event.sequence) && event.attributes.values.contains(where: names)
            }
        }
        return found
    }

    /// Whether an event's subject is the item or part of it; trial 17 is not part of trial 1.
    private func isAbout(_ event: Event) -> Bool { names(event.subject) || !id.contains("/") }

    private func names(_ value: String) -> Bool {
        guard value.hasPrefix(id) else { return false }
        guard let next = value.dropFirst(id.count).first else { return true }
        return !id.contains("/") || !(next.isNumber || next.isLetter)
    }

    private static func timeline(_ events: [Event]) -> String {
        let start = events[0].time
        let rows = events.map { event in
            let details = event.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return [
                "+\(Figures.fixed(event.time.timeIntervalSince(start), 3))", event.service, event.kind, event.subject,
                VisibleText.line(details.joined(separator: " ")),
            ]
        }
        return "\(Figures.day(start))\n" + table(["SECONDS", "SERVICE", "EVENT", "SUBJECT", "DETAILS"], rows)
    }
}
