import ArgumentParser
import Foundation
import Model
import ServiceClient

/// Shows what happened to one scenario, trial or task, over all services.
struct Trace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show in one timeline what happened to a scenario, a trial or a task in all services.",
        discussion: """
              gyrus trace 3fa27c11
              gyrus trace 3fa27c11/17 --format json

            Times are relative to the first event. Events about something else that name the identity, such as a model \
            that came of the scenario, are shown as well.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(name: .long, help: "Output format: table, or json for one object per line.")
    var format: ListFormat = .table

    @Option(help: ArgumentHelp("Most events of each service, the newest of them.", valueName: "number"))
    var limit = 10_000

    @Argument(help: "Identity of a scenario, of a trial (SCENARIO/NUMBER) or of a task.")
    var id: String

    func validate() throws {
        guard (1...1_000_000).contains(limit) else {
            throw ValidationError("--limit is \(limit); 1 to 1000000 are possible.")
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
            } catch let failure as Failure where failure.code == .unavailable {
                away.append(name.rawValue)
            }
        }
        if !away.isEmpty { say("gyrus: not running: \(away.joined(separator: ", ")); their events are missing") }
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
            // Those that belong to it are found by their subject, which begins with the identity.
            let page = try await client.lastEvents(before: before, subject: id)
            found = page.events.filter(isAbout) + found
            guard let first = page.events.first, page.events.count > 0 else { break }
            before = first.sequence
        }
        return Array(found.suffix(limit)) + (try await eventsNaming(client, besides: Set(found.map(\.sequence))))
    }

    /// Events with another subject of which an attribute names the identity, such as a model's or an observation's; of the
    /// newest that the service has.
    private func eventsNaming(_ client: ServiceClient, besides known: Set<UInt64>) async throws -> [Event] {
        var before: UInt64 = 0
        var (found, seen): ([Event], Int) = ([], 0)
        while seen < limit {
            let page = try await client.lastEvents(before: before)
            guard let first = page.events.first else { break }
            seen += page.events.count
            before = first.sequence
            found += page.events.filter { event in
                !known.contains(event.sequence) && event.attributes.values.contains(where: names)
            }
        }
        return found
    }

    /// Whether an event's subject is the identity, or what belongs to it: trial 1 is not meant by trial 17.
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
                printableLine(details.joined(separator: " ")),
            ]
        }
        return "\(Figures.day(start))\n" + table(["SECONDS", "SERVICE", "EVENT", "SUBJECT", "DETAILS"], rows)
    }
}
