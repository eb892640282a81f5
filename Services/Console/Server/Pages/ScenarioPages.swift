import DesignerClient
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Model
import Presentation
import ServiceClient

/// The list of scenarios, and the page of one scenario.
struct ScenarioPages: Sendable {
    /// Scenarios per page.
    private static let pageSize = 50
    /// Services whose events concern a scenario.
    private static let eventSources: [ServiceName] = [.designer, .trainer]

    let backends: Backends
    let renderer: Renderer
    let settings: ConsoleSettings
    let streams: StreamLimiter

    // MARK: - List

    func list(_ query: Query) async throws -> Response {
        let before = try query["before"].map { try ScenarioID($0) }
        let found = try await backends.ask(.designer) {
            try await $0.designer.scenarios(limit: Self.pageSize + 1, before: before)
        }
        let shown = found.prefix(Self.pageSize)
        var values: [String: Any] = [
            "scenarios": shown.map(ScenarioRow.values), "hasScenarios": !shown.isEmpty, "isFirst": before == nil,
            "canCompare": shown.count > 1, "most": ComparisonPage.most,
        ]
        if found.count > shown.count, let last = shown.last {
            values["older"] = query.address("/scenarios", ["before": last.id.text])
        }
        return renderer.page("scenarios", title: "Scenarios", section: .scenarios, values)
    }

    // MARK: - One scenario

    /// The views of a scenario's page, one shown at a time.
    private enum View: String, CaseIterable {
        case search, compare, brain, file

        var title: String {
            switch self {
            case .search: "Search"
            case .compare: "Compare trials"
            case .brain: "Why these networks"
            case .file: "File"
            }
        }
    }

    func page(_ id: String, _ query: Query) async throws -> Response {
        guard let view = View(rawValue: query["view"] ?? View.search.rawValue) else {
            let known = View.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalidArgument, "A scenario has no view '\(query["view"] ?? "")'; its views are \(known).")
        }
        var values: [String: Any]
        let status: ScenarioStatus
        if view == .search {
            let report = try await report(id, query)
            status = report.status
            values = report.values
            values["after"] = report.position.description
        } else {
            status = try await backends.ask(.designer) { try await $0.designer.scenario(id) }
            values = ["id": status.id.text, "name": status.name]
        }
        values["isLive"] = !status.state.isFinal
        values["facts"] = Self.facts(status)
        values[view.rawValue] = true
        values["views"] = View.allCases.map { entry in
            let address = "/scenarios/\(status.id)" + (entry == .search ? "" : "?view=\(entry.rawValue)")
            return ["title": entry.title, "address": address, "isCurrent": entry == view] as [String: Any]
        }
        if view == .file { values["text"] = status.text }
        if view == .compare { values[view.rawValue] = try await comparison(of: status) }
        if view == .brain { await addExplanation(status, to: &values) }
        return renderer.page("scenario", title: status.name, section: .scenarios, values)
    }

    /// The trials side by side.
    private func comparison(of status: ScenarioStatus) async throws -> [String: Any] {
        let trials = try await backends.ask(.designer) { backends in
            var trials: [Trial] = []
            while trials.count < TrialComparison.mostTrials {
                let page = try await backends.designer.trials(
                    of: status.id.text, by: .objective, descending: true, offset: trials.count, limit: 1_000)
                trials += page
                if page.count < 1_000 { break }
            }
            return trials
        }
        return TrialComparison(status, trials).values
    }

    private func addExplanation(_ status: ScenarioStatus, to values: inout [String: Any]) async {
        let id = status.id.text
        async let found = backends.part(.designer) { try await $0.designer.explanation(of: id) }
        // Separately, because the order of attention depends on a service that may be away.
        async let attention = backends.part(.designer) {
            try await $0.designer.explain(.published(id), networks: AttentionTable.most)
        }
        let explained = await attention
        values["choices"] = (try? explained.get()).map(AttentionTable.structures)
        values["attention"] = AttentionTable.values(explained)
        switch await found {
        case .success(let explanation): values["explanation"] = ExplanationValues.values(explanation)
        case .failure(let failure): values["explanationNote"] = failure.message
        }
    }

    /// A one-line summary of a search.
    private static func facts(_ status: ScenarioStatus) -> String {
        let method = status.facts.map { "\($0.method.rawValue), " } ?? ""
        return "\(method)\(Words.amount(status.trials, "trial")), objective \(status.objective.name)"
    }

    /// The scenario's file as it was published.
    func file(_ id: String) async throws -> Response {
        let status = try await backends.ask(.designer) { try await $0.designer.scenario(id) }
        return Downloads.text(status.text, type: "application/yaml", name: "\(status.id).yaml")
    }

    /// The filtered trials as a CSV file.
    func trials(_ id: String, _ query: Query) async throws -> Response {
        let table = try TrialTable(query)
        let (status, trials) = try await backends.ask(.designer) {
            let status = try await $0.designer.scenario(id)
            return (status, try await table.all(of: status.id.text, $0.designer))
        }
        return Downloads.text(
            TrialFile(trials, metric: status.objective).text, type: "text/csv", name: "\(status.id)-trials.csv")
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
            // Only when several workers train together can one of them leave.
            guard reports.events.contains(where: { $0.attributes["rank"] != nil }) else { return [reports] }
            return [reports, try await trainer.lastEvents(kind: "task.left", subject: key)]
        }
        async let last = backends.part(.designer) { try await $0.service(.designer).lastEvents(limit: 1) }
        // Read before everything else, so that the stream that continues from here contains every later event.
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
            status: try await status, progress: try await progress, trials: try await trials.page, table: table,
            fitting: try await trials.total, reports: reports, position: Self.position(pages?.first, newest))
        report.pictures = try await pictures(report, learned: (try? learned.get()) ?? [])
        if TrackingTables.isTracking(report.status) {
            let first = try await backends.ask(.designer) {
                try await $0.designer.trials(of: key, limit: TrackingTables.most)
            }
            report.tracking = TrackingTables(report.status, first: first)
        }
        return report
    }

    /// The search's pictures. For a fusion, fetches the best trials; for a lineage, the last ones.
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
                backends: backends, services: Self.eventSources, start: start, heartbeat: settings.limits.heartbeat,
                isWanted: { event in
                    event.subject == id || event.attributes["scenario"] == id || event.subject.hasPrefix("\(id)/")
                        || event.subject.hasPrefix("\(id).")
                }))
    }
}

extension HTTPField.Name {
    /// The position up to which a browser has received a stream.
    static var lastEventID: Self { named("Last-Event-ID") }
}
