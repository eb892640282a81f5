import Foundation
import Tracking
import TrackingSearch

/// What came of a search, as tables of the method's form: IDF1, switches, MOTA and MOTP for each sequence and in all.
struct TrackingReport {
    let trials: [TrackingSearch.Trial]
    let defaults: [TrackingSpace.Candidate]
    let objective: TrackingObjective

    /// What the method's authors printed for the seven sequences of MOT16's training set together.
    private static let published: [(kind: DetectorKind, idf1: Double, switches: Int, mota: Double, motp: Double)] = [
        (.detr, 0.35, 450, 0.29, 0.29), (.yolov3, 0.35, 616, 0.30, 0.30),
    ]
    private static let titles = ["SEQUENCE", "IDF1", "IDSW", "MOTA", "MOTP-DIST", "HOTA"]

    /// The best of each detector, the fixed settings, and the winner.
    func text(on bench: TrackingBench, hidden: Set<String>) async throws -> String {
        guard let winner = best(of: trials) else { return "No candidate was measured." }
        var parts = [fixedTable(winner)]
        for detector in bench.detectors {
            let trials = trials.filter { $0.candidate.detector == detector }
            if let best = best(of: trials) { parts.append(detectorTable(best)) }
        }
        parts.append(publishedTable)
        if !hidden.isEmpty {
            parts.append(try await hiddenTable(winner, on: bench, hidden))
        }
        let fixed = trials.filter { defaults.contains($0.candidate) }.map(\.value).max() ?? 0
        let gain = (winner.value - fixed) * 100
        parts.append(
            "Result: \(winner.candidate)\n\(objective.rawValue.uppercased()) \(Figures.percent(winner.value)), best fixed "
                + "setting \(Figures.percent(fixed)): \(gain > 0 ? "better" : "not better") by \(Figures.fixed(gain, 2)) "
                + "points, after \(trials.count) trials.")
        return parts.joined(separator: "\n\n")
    }

    private func best(of trials: [TrackingSearch.Trial]) -> TrackingSearch.Trial? {
        trials.max { ($0.value, $1.number) < ($1.value, $0.number) }
    }

    private func fixedTable(_ winner: TrackingSearch.Trial) -> String {
        let fixed = trials.filter { defaults.contains($0.candidate) && $0.number != winner.number }
        let rows = (fixed + [winner]).map { trial -> [String] in
            let name = "\(trial.candidate.detector), \(trial.candidate.tracker.name)"
            let overall = trial.evaluation.rows.last?.score ?? TrackingScore()
            return [trial.number == winner.number ? "RESULT: \(name)" : name] + Self.figures(overall)
        }
        return "Fixed settings of the papers, and the result, all sequences of the search together:\n"
            + table(["DETECTOR, TRACKER"] + Self.titles.dropFirst(), rows)
    }

    private func detectorTable(_ trial: TrackingSearch.Trial) -> String {
        let rows = trial.evaluation.rows.map { [$0.sequence] + Self.figures($0.score) }
        return "Best with \(trial.candidate.detector): \(trial.candidate)\n" + table(Self.titles, rows)
    }

    private var publishedTable: String {
        let rows = Self.published.map {
            ["\($0.kind.title) (\($0.kind.code))"]
                + [$0.idf1, Double($0.switches), $0.mota, $0.motp].enumerated().map {
                    Figures.fixed($1, $0 == 1 ? 0 : 2)
                }
        }
        return "Published for the method, deep-sort on MOT16's training sequences 02 04 05 09 10 11 13:\n"
            + table(["DETECTOR", "IDF1", "IDSW", "MOTA", "MOTP"], rows)
                + """

                Notes: other sequences and other detectors than here, so only the order of size can be compared. The published
                table of SSD repeats that of YOLOv3 to the last digit, so nothing is known of SSD. The published MOTP is a
                distance (1 − overlap; lower is better). Detections here are cached; where they are another tracker's output,
                that tracker has already filtered them.
                """
    }

    private func hiddenTable(
        _ winner: TrackingSearch.Trial, on bench: TrackingBench, _ hidden: Set<String>
    ) async throws -> String {
        var rows: [[String]] = []
        for candidate in defaults.filter({ $0 != winner.candidate }) + [winner.candidate] {
            let score = try await bench.evaluate(candidate, on: hidden).rows.last?.score ?? TrackingScore()
            let name = "\(candidate.detector), \(candidate.tracker.name)"
            rows.append([candidate == winner.candidate ? "RESULT: \(name)" : name] + Self.figures(score))
        }
        return "On sequences that the search never saw (\(hidden.sorted().joined(separator: ", "))):\n"
            + table(["DETECTOR, TRACKER"] + Self.titles.dropFirst(), rows)
    }

    private static func figures(_ score: TrackingScore) -> [String] {
        [
            Figures.fixed(score.identity.f1, 4), "\(score.clear.switches)", Figures.fixed(score.clear.accuracy, 4),
            Figures.fixed(score.clear.distancePrecision, 4), Figures.fixed(score.hota.score, 4),
        ]
    }
}
