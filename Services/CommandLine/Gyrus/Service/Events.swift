import ArgumentParser
import Foundation
import Launcher
import Messaging
import Model
import Presentation
import ServiceClient

/// Shows the events of all services, and optionally follows new ones.
struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the services' events, without gaps.",
        discussion: """
              gyrus events -f --since 10m
              gyrus events --service trainer --since seq:1200 --json
              gyrus events --scenario 3fa2 --kind trial. --until 5m

            Each service numbers its events. After an interruption, a reader continues without gaps or repetitions from the \
            last number that it saw: --since seq:1200, or for several services --since trainer:1200 --since designer:88.
            """)

    @ParentCommand var gyrus: Gyrus

    @Flag(name: [.short, .long], help: "Keep showing events as they happen.")
    var follow = false

    @Option(
        help: ArgumentHelp(
            "Show only events after this point: 10m (ago), 2026-01-31T12:00:00Z, seq:N or SERVICE:N.", valueName: "time"
        ))
    var since: [SinceArgument] = []

    @Option(help: ArgumentHelp("Show only events of this service (can be repeated).", valueName: "service"))
    var service: [ServiceName] = []

    @Option(
        help: ArgumentHelp("Show only events before this time: 10m (ago), or a timestamp.", valueName: "time"),
        transform: EventFilter.time)
    var until: Date?

    @Option(
        help: ArgumentHelp(
            "Show only kinds with this prefix (can be repeated), such as trial. or task.failed.", valueName: "kind"))
    var kind: [String] = []

    @Option(help: ArgumentHelp("Show only events of this scenario and its trials and tasks.", valueName: "id"))
    var scenario: String?

    @Option(name: .long, help: "Output format: table, or json for one object per line.")
    var format: ListFormat = .table

    @Flag(help: "Same as --format json.")
    var json = false

    func run() async throws {
        let connections = try Services(gyrus.project)
        let names = service.isEmpty ? ServiceName.allCases : service
        let printer = EventPrinter(
            asJSON: json || format == .json, filter: EventFilter(kinds: kind, scenario: scenario, until: until))
        var cursors: [EventCursor] = []
        var absent: [EventCursor] = []
        var unreachable: [String] = []
        for name in names {
            let start = EventStart(since, of: name)
            do {
                cursors.append(
                    EventCursor(service: name, client: try await connections.service(name), start: start))
            } catch let failure as Failure where failure.code == .unavailable {
                // Reading skips an unreachable service; following picks up its events once it starts.
                unreachable.append(names.count == 1 ? failure.message : name.rawValue)
                if follow {
                    absent.append(
                        EventCursor(service: name, client: try connections.futureService(name), start: start))
                }
            }
        }
        if !unreachable.isEmpty && names.count > 1 {
            say(
                "gyrus: not running: \(unreachable.joined(separator: ", ")); start with: \(connections.command("up -d"))"
            )
        } else {
            unreachable.forEach { say("gyrus: \($0)") }
        }
        let complete = cursors.count == names.count
        try await Self.printPast(&cursors, printer)
        guard follow else {
            if !complete {
                throw Failure(.unavailable, "not all services could be reached; see: \(connections.command("health"))")
            }
            return
        }
        try await Self.printNew(cursors + absent, printer)
    }

    /// Prints past events merged by time, reading one page per service at a time.
    private static func printPast(_ cursors: inout [EventCursor], _ printer: EventPrinter) async throws {
        for index in cursors.indices {
            try await cursors[index].fill()
            guard let missed = cursors[index].missed else { continue }
            say(
                "gyrus: events up to \(missed.last) of the \(cursors[index].service), the latest from "
                    + "\(Figures.day(missed.time)), are no longer kept; see retention in: gyrus help operating")
        }
        while true {
            for index in cursors.indices { try await cursors[index].fill() }
            let next = cursors.indices.filter { !cursors[$0].isAtEnd }.min {
                cursors[$0].firstTime < cursors[$1].firstTime
            }
            guard let next else { return }
            printer.show(cursors[next].takeFirst())
        }
    }

    /// Prints new events as they arrive, in order for each service.
    private static func printNew(_ cursors: [EventCursor], _ printer: EventPrinter) async throws {
        try await withThrowingTaskGroup { group in
            for cursor in cursors {
                group.addTask {
                    for try await page in cursor.client.follow(after: cursor.position, since: cursor.start.date) {
                        printer.show(page)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// The starting point given by the user.
struct SinceArgument: ExpressibleByArgument {
    enum Start {
        case time(Date)
        case position(ServiceName?, UInt64)
    }

    let start: Start

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1).map(String.init)
        if parts.count == 2, let number = UInt64(parts[1]) {
            if parts[0] == "seq" {
                start = .position(nil, number)
                return
            }
            if let service = ServiceName(rawValue: parts[0]) {
                start = .position(service, number)
                return
            }
        }
        if let span = parseDuration(argument) {
            start = .time(Date(timeIntervalSinceNow: -span.inSeconds))
        } else if let date = try? Date(argument, strategy: .iso8601) {
            start = .time(date)
        } else if let seconds = Double(argument), seconds > 1e6 {
            start = .time(Date(timeIntervalSince1970: seconds))
        } else {
            return nil
        }
    }
}

/// The starting point for one service.
struct EventStart {
    var position: UInt64 = 0
    var date: Date?

    init(_ arguments: [SinceArgument], of service: ServiceName) {
        for argument in arguments {
            switch argument.start {
            case .time(let time): date = time
            case .position(nil, let number): position = number
            case .position(service, let number): position = number
            case .position: break
            }
        }
    }
}

/// Reads one service's log page by page, up to its end.
struct EventCursor {
    let service: ServiceName
    let client: ServiceClient
    let start: EventStart
    private(set) var position: UInt64
    /// The requested events that retention has removed; known once the first page is read.
    private(set) var missed: EventRemoval?
    private var hasBegun = false
    private var page: ArraySlice<Event> = []
    private var hasEnded = false

    init(service: ServiceName, client: ServiceClient, start: EventStart) {
        self.service = service
        self.client = client
        self.start = start
        position = start.position
    }

    var isAtEnd: Bool { page.isEmpty && hasEnded }
    var firstTime: Date { page.first?.time ?? .distantFuture }

    /// Reads the next page if the current one is used up.
    mutating func fill() async throws {
        while page.isEmpty && !hasEnded {
            let next = try await retrying(for: .seconds(10)) {
                try await client.events(after: position, since: start.date)
            }
            if !hasBegun, let removed = next.removed, removed.isMissed(after: position, since: start.date) {
                missed = removed
            }
            hasBegun = true
            hasEnded = next.next == position
            position = next.next
            page = next.events[...]
        }
    }

    mutating func takeFirst() -> [Event] { page.popFirst().map { [$0] } ?? [] }
}

/// Selects the events to show.
struct EventFilter: Sendable {
    /// Prefixes of kinds; empty for all.
    var kinds: [String] = []
    /// A scenario's ID, or a prefix of it.
    var scenario: String?
    /// The upper time limit.
    var until: Date?

    func fits(_ event: Event) -> Bool {
        if let until, event.time >= until { return false }
        if !kinds.isEmpty, !kinds.contains(where: event.kind.hasPrefix) { return false }
        guard let scenario else { return true }
        return event.subject.hasPrefix(scenario) || event.attributes["scenario"]?.hasPrefix(scenario) ?? false
            || event.attributes["group"]?.hasPrefix(scenario) ?? false
    }

    /// Parses a time for `--until`.
    static func time(_ text: String) throws -> Date {
        guard case .time(let date)? = SinceArgument(argument: text)?.start else {
            throw ValidationError("'\(text)' is not a time; write it like 10m, 24h or 2026-01-31T12:00:00Z.")
        }
        return date
    }
}

/// Writes events as lines.
struct EventPrinter: Sendable {
    let asJSON: Bool
    var filter = EventFilter()

    func show(_ all: [Event]) {
        let events = all.filter(filter.fits)
        guard !events.isEmpty else { return }
        OutputStream.result.write(events.map(line).joined(separator: "\n") + "\n")
    }

    private func line(_ event: Event) -> String {
        asJSON ? VisibleText.lines(jsonLine(event)) : textLine(event)
    }

    private func textLine(_ event: Event) -> String {
        let details = event.attributes.sorted { $0.key < $1.key }.map {
            "\($0.key)=\(Self.quoted(Self.short($0.value)))"
        }
        let head = VisibleText.line("\(Self.text(event.time)) \(event.service)")
        let (kind, rest) = (
            VisibleText.line(event.kind), VisibleText.line(([event.subject] + details).joined(separator: " "))
        )
        guard Terminal.isColored else { return "\(head) \(kind) \(rest)" }
        // These are the only control sequences that reach the terminal.
        let color = event.kind.hasSuffix("failed") || event.kind.hasSuffix("refused") ? 31 : 36
        return "\u{1B}[2m\(head)\u{1B}[0m \u{1B}[\(color)m\(kind)\u{1B}[0m \(rest)"
    }

    /// Rounds numbers for people; JSON has all digits for programs.
    private static func short(_ value: String) -> String {
        guard value.count > 9, value.contains("."), let number = Double(value) else { return value }
        return number.formatted(
            .number.precision(.significantDigits(1...5)).grouping(.never).locale(Locale(identifier: "en")))
    }

    private static func text(_ time: Date) -> String {
        time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && !value.contains { $0.isWhitespace || $0 == "\"" }
        return isPlain ? value : "\"\(value.replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\""
    }

    private func jsonLine(_ event: Event) -> String {
        struct Line: Encodable {
            let seq: UInt64
            let time, service, kind, subject: String
            let attributes: [String: String]
        }
        let line = Line(
            seq: event.sequence, time: Self.text(event.time), service: event.service, kind: event.kind,
            subject: event.subject, attributes: event.attributes)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
