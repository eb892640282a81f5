import Foundation
import Presentation
import Tracking

/// The outcome of a search for a tracker, as tables in the usual form: IDF1, switches, MOTA and MOTP per sequence and
/// overall.
struct TrackingReport {
    /// A trial with its scores.
    struct Trial {
        let number: Int
        let setup: TrackingSetup
        /// Whether the trial is a published tracker with its paper's settings.
        let isFixed: Bool
        let value: Double
        let metrics: [String: Double]

        var name: String { "\(setup.detector), \(setup.tracker.name)" }
        var sequences: [String] { TrackingMetrics.sequences(in: metrics) }
    }

    var trials: [Trial]
    /// Held-out sequences.
    let heldOut: [String]
    /// Name of the maximized objective.
    let objective: String

    /// The published results over the seven sequences of MOT16's training set.
    private static let published: [(kind: DetectorKind, idf1: Double, switches: Int, mota: Double, motp: Double)] = [
        (.detr, 0.35, 450, 0.29, 0.29), (.yolov3, 0.35, 616, 0.30, 0.30),
    ]
    /// Numbers of those sequences.
    private static let publishedSequences = ["02", "04", "05", "09", "10", "11", "13"]
    private static let titles = ["SEQUENCE", "IDF1", "IDSW", "MOTA", "MOTP-DIST", "HOTA"]

    /// The fixed settings, the best trial per detector, the published results, the held-out sequences, and the winner.
    var text: String {
        guard let winner = best(of: trials) else { return "No candidate was measured." }
        var detectors: [String] = []
        for trial in trials where !detectors.contains(trial.setup.detector) { detectors.append(trial.setup.detector) }
        let tables = detectors.compactMap { detector in
            best(of: trials.filter { $0.setup.detector == detector }).map(detectorTable)
        }
        let fixed = sideBySide(
            "Fixed settings from the papers and the result, on all sequences of the search together:", winner, .overall)
        let hidden =
            heldOut.isEmpty
            ? nil
            : sideBySide(
                "On held-out sequences (\(heldOut.joined(separator: ", "))):", winner, .heldOut)
        let all =
            TrackingMetrics(winner.metrics, of: .all) == nil
            ? nil : sideBySide("On all sequences together, as in published tables:", winner, .all)
        return ([fixed] + tables + [hidden, all, publishedTable, conclusion(winner)].compactMap(\.self))
            .joined(separator: "\n\n")
    }

    private func best(of trials: [Trial]) -> Trial? {
        trials.max { ($0.value, $1.number) < ($1.value, $0.number) }
    }

    private func sideBySide(_ title: String, _ winner: Trial, _ row: TrackingMetrics.Row) -> String {
        let fixed = trials.filter { $0.isFixed && $0.number != winner.number }.map { [$0.name] + scores($0, row) }
        let rows = fixed + [["RESULT: \(winner.name)"] + scores(winner, row)]
        return "\(title)\n" + table(["DETECTOR, TRACKER"] + Self.titles.dropFirst(), rows)
    }

    private func detectorTable(_ trial: Trial) -> String {
        let rows = trial.sequences.map { name in
            [heldOut.contains(name) ? "\(name) (held out)" : name] + scores(trial, .sequence(name))
        }
        return "Best with \(trial.setup.detector): \(trial.setup)\n"
            + table(Self.titles, rows + sums(of: trial))
    }

    /// Each sum is labeled with what it covers, so that it is not mistaken for the sum of all rows.
    private func sums(of trial: Trial) -> [[String]] {
        guard TrackingMetrics(trial.metrics, of: .all) != nil else {
            return [
                [heldOut.isEmpty ? Evaluation.overall : "\(Evaluation.overall) of the search"]
                    + scores(trial, .overall)
            ]
        }
        return [
            ["\(Evaluation.overall) of the search"] + scores(trial, .overall),
            ["\(Evaluation.overall) with held-out sequences"] + scores(trial, .all),
        ]
    }

    private func conclusion(_ winner: Trial) -> String {
        let fixed = trials.filter(\.isFixed).map(\.value).max() ?? 0
        let gain = (winner.value - fixed) * 100
        return "Result: \(winner.setup)\n\(objective.uppercased()) \(Figures.percent(winner.value)), best fixed "
            + "setting \(Figures.percent(fixed)): \(gain > 0 ? "better" : "not better") by \(Figures.fixed(gain, 2)) "
            + "points, after \(trials.count) trials."
    }

    private var publishedTable: String {
        let rows = Self.published.map {
            ["\($0.kind.title) (\($0.kind.code))"]
                + [$0.idf1, Double($0.switches), $0.mota, $0.motp].enumerated().map {
                    Figures.fixed($1, $0 == 1 ? 0 : 2)
                }
        }
        let absent = Self.publishedSequences.filter { number in
            !(trials.first?.sequences ?? []).contains { $0.split(separator: "-").dropFirst().first ?? "" == number }
        }
        let missing = absent.isEmpty ? "" : " Absent here: \(absent.joined(separator: " "))."
        return "Published for the method, deep-sort on MOT16's training sequences "
            + "\(Self.publishedSequences.joined(separator: " ")):\n"
            + table(["DETECTOR", "IDF1", "IDSW", "MOTA", "MOTP"], rows)
                + """

                Notes: the published results use other detectors, so compare only orders of magnitude.\(missing) The published
                table for SSD repeats the one for YOLOv3 to the last digit, so there are no results for SSD. The published MOTP
                is a distance (1 − overlap; lower is better). The detections here are cached, not computed from frames; if they
                are another tracker's output, that tracker has already filtered them.
                """
    }

    private func scores(_ trial: Trial, _ row: TrackingMetrics.Row) -> [String] {
        guard let scores = TrackingMetrics(trial.metrics, of: row) else {
            return Self.titles.dropFirst().map { _ in "–" }
        }
        return [
            Figures.fixed(scores.idf1, 4), "\(Int(scores.switches))", Figures.fixed(scores.mota, 4),
            Figures.fixed(scores.distance, 4), Figures.fixed(scores.hota, 4),
        ]
    }
}
