import DesignerClient
import Foundation
import Model
import Presentation
import ServiceClient

/// The per-epoch reports of a scenario's trainings, from the trainer's event log.
struct TrialHistory {
    /// A report.
    struct Point: Hashable {
        let time: Date
        /// Completed steps, such as epochs.
        let step: Int
        let metrics: [String: Double]
    }

    /// The reports of each trial, in order, by trial number.
    private(set) var points: [Int: [Point]] = [:]

    /// Reads the whole log.
    static func read(of status: ScenarioStatus, from trainer: ServiceClient) async throws -> TrialHistory {
        var history = TrialHistory()
        var position: UInt64 = 0
        while true {
            let page = try await trainer.events(after: position, waiting: .zero, since: status.published)
            for event in page.events { history.take(event, of: status.id.text) }
            guard page.next != position, !page.events.isEmpty else { return history }
            position = page.next
        }
    }

    /// Adds a report; when several workers train together, only that of rank 0 counts.
    mutating func take(_ event: Event, of scenario: String) {
        guard event.kind == "task.progress", let report = TrainingReport(event, of: scenario),
            report.rank ?? 0 == 0, let step = report.step, !report.metrics.isEmpty
        else { return }
        // A task that another worker took over reports some epochs again; the last report counts.
        var known = points[report.trial] ?? []
        known.removeAll { $0.step >= step }
        points[report.trial] = known + [Point(time: event.time, step: step, metrics: report.metrics)]
    }
}
