import Foundation
import TestSupport
import Testing
import Tracking

@Suite(.enabled(if: TrackingData.isHere, Comment(rawValue: TrackingData.reason)))
struct ReferenceMetricsTests {
    private static let trackers = ["ssd-mobilenet_sort", "yolov8n_bytetrack", "yolov8s-utec_bytetrack", "rcnn_ocsort"]

    /// TrackEval's results for a sequence, by column name.
    private func references(of tracker: String) throws -> [(sequence: String, values: [String: Double])] {
        let path = TrackingData.path("MOT17/tracker-outputs/reference_metrics.tsv")
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            .map { $0.split(separator: "\t").map(String.init) }
        return lines.dropFirst().filter { $0[0] == tracker }.map { line in
            let values = zip(lines[0], line).compactMap { name, text in Double(text).map { (name, $0) } }
            return (line[1], Dictionary(uniqueKeysWithValues: values))
        }
    }

    private func values(of score: TrackingScore) -> [String: Double] {
        let clear = score.clear
        let rates = [
            "HOTA": score.hota.score, "DetA": score.hota.detection, "AssA": score.hota.association,
            "MOTA": clear.accuracy, "MOTP": clear.overlapPrecision, "IDF1": score.identity.f1,
            "IDP": score.identity.precision, "IDR": score.identity.recall, "Re": clear.recall, "Pr": clear.precision,
        ]
        let counts = [
            "TP": clear.truePositives, "FN": clear.falseNegatives, "FP": clear.falsePositives, "IDSW": clear.switches,
            "MT": clear.mostlyTracked, "PT": clear.partlyTracked, "ML": clear.mostlyLost, "Frag": clear.fragmentations,
            "Dets": score.foundBoxes, "GT_Dets": score.truthBoxes, "IDs": score.foundIdentities,
            "GT_IDs": score.truthIdentities,
        ]
        return rates.mapValues { $0 * 100 }.merging(counts.mapValues(Double.init)) { $1 }
    }

    @Test(arguments: trackers)
    func `every value equals TrackEval's, per sequence and together`(tracker: String) throws {
        let references = try references(of: tracker)
        #expect(references.count == 6)
        let sequences = references.map(\.sequence).filter { !$0.hasPrefix("COMBINED") }
        let evaluation = try Evaluation(
            of: MOTFolder(TrackingData.path("MOT17/tracker-outputs/\(tracker)"), of: .results),
            against: MOTFolder(TrackingData.path("MOT17/train"), of: .groundTruth), sequences: sequences)
        for (reference, row) in zip(references, evaluation.rows) {
            let ours = values(of: row.score)
            #expect(reference.values.count == 22 && ours.count == 22)
            for (name, value) in reference.values {
                // The reference has percentages with three decimal places.
                #expect(abs(value - (ours[name] ?? .nan)) <= 0.000_501, "\(reference.sequence) \(name)")
            }
        }
    }

    @Test(arguments: [
        ("TUD-Campus", 0.5577, 0.5265, 0.2772, 13, 150, 7), ("TUD-Stadtmitte", 0.6446, 0.5640, 0.3459, 45, 452, 7),
    ])
    func `the example of py-motmetrics has the published scores`(
        _ expected: (name: String, idf1: Double, mota: Double, motp: Double, fp: Int, fn: Int, switches: Int)
    ) throws {
        let truth = try MOTFile(
            contentsOf: TrackingData.path("MOT15/train/\(expected.name)/gt/gt.txt"), as: .groundTruth)
        let results = try MOTFile(
            contentsOf: TrackingData.path("MOT15/motmetrics-example/\(expected.name)-test.txt"), as: .results)
        let score = TrackingScore(try TrackingPair(truth: truth, results: results, rules: .mot15))
        #expect(abs(score.identity.f1 - expected.idf1) < 1e-4)
        #expect(abs(score.clear.accuracy - expected.mota) < 1e-4)
        #expect(abs(score.clear.distancePrecision - expected.motp) < 1e-4)
        #expect(score.clear.falsePositives == expected.fp)
        #expect(score.clear.falseNegatives == expected.fn)
        #expect(score.clear.switches == expected.switches)
    }

    @Test func `the ground truth as a result is perfect`() throws {
        let truth = try TrackingData.truth("MOT17-05-FRCNN")
        let people = truth.rows.filter { $0.confidence != 0 && $0.category == 1 }
        let score = TrackingScore(
            try TrackingPair(truth: truth, results: MOTFile(path: "perfect", tracks: people), rules: .mot17))
        #expect(score.hota.score == 1 && score.clear.accuracy == 1 && score.identity.f1 == 1)
        #expect(score.clear.switches == 0 && score.clear.distancePrecision == 0)
        #expect(score.truthBoxes == 6917)
    }

    @Test func `the program prints the scores of any files`() async throws {
        let gyrus = try GyrusProgram()
        let arguments = [
            "evaluate", "mot", "--gt", TrackingData.path("MOT17/train"), "--results",
            TrackingData.path("MOT17/tracker-outputs/yolov8n_bytetrack"), "--sequences", "MOT17-05-FRCNN",
        ]
        let output = try await gyrus.run(arguments)
        #expect(output.status == 0, "\(output.err)")
        let lines = output.out.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].contains("MOTP-IOU   MOTP-DIST"))
        #expect(lines[2].hasPrefix("OVERALL") && lines[2].contains("33.352") && lines[2].contains("27.787"))
        let wrong = try await gyrus.run(Array(arguments.dropLast()) + ["MOT17-09-FRCNN"])
        #expect(wrong.status != 0 && wrong.err.contains("MOT17-09-FRCNN") && wrong.err.contains("MOT17-05-FRCNN"))
        try FileManager.default.removeItem(at: gyrus.folder)
    }
}
