import DesignerClient
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Model
import ServiceClient

/// The list of scenarios, and the page of one.
struct ScenarioPages: Sendable {
    /// Scenarios on one page.
    private static let pageSize = 50
    /// Services whose events tell of a scenario.
    private static let tellers: [ServiceName] = [.designer, .trainer]

    let backends: Backends
    let renderer: Renderer
    let settings: ConsoleSettings
    let streams: StreamDesk

    // MARK: - List

    func list(_ query: Query) async throws -> Response {
        let before = try query["before"].map { try ScenarioID($0) }
        let found = try await backends.ask(.designer) {
            try await $0.designer.scenarios(limit: Self.pageSize + 1, before: before)
        }
        let shown = found.prefix(Self.pageSize)
        var values: [String: Any] = [
            "scenarios": shown.map(ScenarioRow.values), "hasScenarios": !shown.isEmpty, "isFirst": before == nil,
        ]
        if found.count > shown.count, let last = shown.last {
            values["older"] = query.address("/scenarios", ["before": last.id.text])
        }
        return renderer.page("scenarios", title: "Scenarios", section: .scenarios, values)
    }

    // MARK: - One scenario

    func page(_ id: String, _ query: Query) async throws -> Response {
        async let explanation = backends.part(.designer) { try await $0.designer.explanation(of: id) }
        let report = try await report(id, query)
        var values = report.values
        let status = report.status
        values["text"] = status.text
        values["after"] = report.position.description
        values["isLive"] = !status.state.isFinal
        switch await explanation {
        case .success(let explanation):
            values["explanation"] = ExplanationValues.values(explanation)
            values["attention"] = await AttentionTable.values(status.text, explanation, backends)
        case .failure(let failure): values["explanationNote"] = failure.message
        }
        return renderer.page("scenario", title: status.name, section: .scenarios, values)
    }

    /// The part of a scenario's page that changes while its search runs.
    func search(_ id: String, _ query: Query) async throws -> Response {
        renderer.fragment("search", try await report(id, query).values)
    }

    private func report(_ id: String, _ query: Query) async throws -> SearchReport {
        let table = try TrialTable(query)
        let key = try await backends.ask(.designer) { try await $0.designer.scenario(id).id.text }
        async let told = backends.part(.trainer) { services -> [ServiceClient.EventPage] in
            let trainer = try services.service(.trainer)
            let reports = try await trainer.lastEvents(kind: "task.progress", subject: key)
            // Only where several workers train together can one of them leave.
            guard reports.events.contains(where: { $0.attributes["rank"] != nil }) else { return [reports] }
            return [reports, try await trainer.lastEvents(kind: "task.left", subject: key)]
        }
        async let last = backends.part(.designer) { try await $0.service(.designer).lastEvents(limit: 1) }
        // Read before the figures, so that the stream that goes on from here misses nothing that they lack.
        let (pages, newest) = await (try? told.get(), try? last.get())
        let reports = pages.map { $0.flatMap(\.events).sorted { $0.sequence < $1.sequence } }
        async let status = backends.ask(.designer) { try await $0.designer.scenario(key) }
        async let progress = backends.ask(.designer) {
            try await $0.designer.progress(of: key, sample: SearchReport.sample)
        }
        async let learned = backends.part(.designer) {
            try await $0.service(.designer).lastEvents(
                limit: SearchPicture.mostEvents, kind: "scenario.learned", subject: key
            ).events
        }
        async let trials = backends.ask(.designer) { try await table.trials(of: key, $0.designer) }
        var report = SearchReport(
            status: try await status, progress: try await progress, trials: try await trials, table: table,
            reports: reports, position: Self.position(pages?.first, newest))
        report.pictures = try await pictures(report, learned: (try? learned.get()) ?? [])
        if TrackingTables.isTracking(report.status) {
            let first = try await backends.ask(.designer) {
                try await $0.designer.trials(of: key, limit: TrackingTables.most)
            }
            report.tracking = TrackingTables(report.status, first: first)
        }
        return report
    }

    /// The search's pictures; for a fusion the best trials are asked for, for a lineage the last ones.
    private func pictures(_ report: SearchReport, learned: [Event]) async throws -> [SearchPicture] {
        let id = report.status.id.text
        let total = report.progress.counts.values.reduce(0, +) + report.progress.finals
        return try await SearchPicture.pictures(
            of: report.status, report.progress, learned: learned,
            best: { limit in
                try await backends.ask(.designer) {
                    try await $0.designer.trials(of: id, by: .objective, descending: true, limit: limit)
                }
            },
            last: {
                try await backends.ask(.designer) {
                    try await $0.designer.trials(
                        of: id, from: max(0, total - SearchPicture.mostTrials), limit: SearchPicture.mostTrials)
                }
            })
    }

    private static func position(
        _ trainer: ServiceClient.EventPage?, _ designer: ServiceClient.EventPage?
    ) -> StreamPosition {
        var position = StreamPosition()
        if let trainer { position.advance(.trainer, to: trainer.next) }
        if let designer { position.advance(.designer, to: designer.next) }
        return position
    }

    // MARK: - Live

    func stream(_ id: String, _ request: Request) async throws -> Response {
        let id = try await backends.ask(.designer) { try await $0.designer.scenario(id).id.text }
        let start = try StreamPosition(request.headers[.lastEventID] ?? Query(request)["after"] ?? "")
        return try streams.response(
            EventStream(
                backends: backends, services: Self.tellers, start: start, heartbeat: settings.limits.heartbeat,
                isWanted: { event in
                    event.subject == id || event.attributes["scenario"] == id || event.subject.hasPrefix("\(id)/")
                        || event.subject.hasPrefix("\(id).")
                }))
    }
}

extension HTTPField.Name {
    /// The position up to which a browser has a stream.
    static var lastEventID: Self { named("Last-Event-ID") }
}
