import HTTPTypes
import Hummingbird
import HummingbirdCore
import Model
import ServiceClient

/// Events of the services, newest first, updated live.
struct EventPages: Sendable {
    /// Events per service on one page.
    private static let pageSize: UInt32 = 100

    /// The requested filter.
    private struct Filter: Sendable {
        var services: [ServiceName]
        var kind: String
        var subject: String

        init(_ query: Query) throws {
            if let name = query["service"] {
                guard let service = ServiceName(rawValue: name) else {
                    throw Failure(.notFound, "There is no service '\(name.prefix(40))'.")
                }
                services = [service]
            } else {
                services = ServiceName.allCases
            }
            kind = query["kind"] ?? ""
            subject = query["subject"] ?? ""
        }

        func isWanted(_ event: Event) -> Bool {
            event.kind.hasPrefix(kind) && event.subject.hasPrefix(subject)
        }
    }

    let backends: Backends
    let renderer: Renderer
    let settings: ConsoleSettings
    let streams: StreamLimiter

    func page(_ query: Query) async throws -> Response {
        let filter = try Filter(query)
        let before = try StreamPosition(query["before"] ?? "")
        let pages = await pages(filter, before)
        var position = StreamPosition()
        var older = StreamPosition()
        var shown: [Event] = []
        for (service, page) in pages {
            guard let page = try? page.get() else { continue }
            position.advance(service, to: page.next)
            shown += page.events
        }
        shown.sort { ($0.time, $0.sequence) > ($1.time, $1.sequence) }
        let rest = shown.dropFirst(Int(Self.pageSize))
        shown = Array(shown.prefix(Int(Self.pageSize)))
        for (service, page) in pages {
            guard let page = try? page.get() else { continue }
            let first = shown.filter { $0.service == service.rawValue }.map(\.sequence).min()
            // A service with no event on this page has not been cut off: it has none, or all of them come later.
            older.advance(service, to: first ?? page.events.last.map { $0.sequence + 1 } ?? 1)
        }
        let away = filter.services.filter { (try? pages[$0]?.get()) == nil }
        var values: [String: Any] = [
            "events": shown.map(EventText.values), "hasEvents": !shown.isEmpty, "after": position.description,
            "kind": filter.kind, "subject": filter.subject, "isFirst": query["before"] == nil,
            "away": away.map { ["name": $0.rawValue] }, "stream": query.address("/events/stream", ["before": nil]),
            "services": ServiceName.allCases.map { name in
                ["name": name.rawValue, "isChosen": query["service"] == name.rawValue] as [String: Any]
            },
        ]
        let mayHaveMore =
            !rest.isEmpty || pages.values.contains { ((try? $0.get())?.events.count ?? 0) == Self.pageSize }
        if mayHaveMore { values["older"] = query.address("/events", ["before": older.description]) }
        return renderer.page("events", title: "Events", section: .events, values)
    }

    private func pages(
        _ filter: Filter, _ before: StreamPosition
    ) async -> [ServiceName: Result<ServiceClient.EventPage, Failure>] {
        await withTaskGroup { group in
            for name in filter.services {
                group.addTask {
                    let page = await backends.part(name) {
                        try await $0.service(name).lastEvents(
                            before: before.sequences[name] ?? 0, limit: Self.pageSize, kind: filter.kind,
                            subject: filter.subject)
                    }
                    return (name, page)
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    func stream(_ request: Request) throws -> Response {
        let query = Query(request)
        let filter = try Filter(query)
        let start = try StreamPosition(request.headers[.lastEventID] ?? query["after"] ?? "")
        return try streams.response(
            EventStream(
                backends: backends, services: filter.services, start: start, heartbeat: settings.limits.heartbeat,
                isWanted: { filter.isWanted($0) }))
    }
}
