import Foundation
import Model
import Testing

@testable import Tracking

struct MetricsTests {
    private func score(truth: String, results: String, rules: EvaluationRules = .mot15) throws -> TrackingScore {
        TrackingScore(
            try TrackingPair(
                truth: TrackingData.file(truth, as: .groundTruth), results: TrackingData.file(results, as: .results),
                rules: rules))
    }

    @Test func `a change of identity is a switch`() throws {
        let score = try score(
            truth: "1,1,0,0,10,20,1\n2,1,0,0,10,20,1\n3,1,0,0,10,20,1",
            results: "1,5,0,0,10,20,1\n2,5,0,0,10,20,1\n3,6,0,0,10,20,1")
        #expect(score.clear.switches == 1 && score.clear.fragmentations == 0)
        #expect(abs(score.clear.accuracy - 2.0 / 3) < 1e-12)
        #expect(abs(score.identity.f1 - 2.0 / 3) < 1e-12)
    }

    @Test func `a match is kept while it overlaps enough, even if another one overlaps more`() throws {
        let score = try score(
            truth: "1,1,0,0,10,20,1\n2,1,0,0,10,20,1", results: "1,5,0,0,10,20,1\n2,5,2,0,10,20,1\n2,6,0,0,10,20,1")
        #expect(score.clear.switches == 0 && score.clear.falsePositives == 1)
    }

    @Test func `sums cover the search sequences, the held-out ones, and both`() throws {
        let truth = "1,1,0,0,10,20,1\n2,1,0,0,10,20,1\n3,1,0,0,10,20,1"
        let switched = try score(truth: truth, results: "1,5,0,0,10,20,1\n2,5,0,0,10,20,1\n3,6,0,0,10,20,1")
        let found = try score(truth: truth, results: "1,5,0,0,10,20,1\n2,5,0,0,10,20,1\n3,5,0,0,10,20,1")
        let seen = Evaluation([.init(sequence: "A", score: found), .init(sequence: "B", score: switched)])
        let metrics = TrackingMetrics.metrics(
            seen: seen, heldOut: Evaluation([.init(sequence: "C", score: switched)]))
        func switches(_ row: TrackingMetrics.Row) -> Double? { TrackingMetrics(metrics, of: row)?.switches }
        #expect([.overall, .heldOut, .all].map(switches) == [1, 1, 2])
        #expect(abs((TrackingMetrics(metrics, of: .all)?.mota ?? 0) - 7.0 / 9) < 1e-12)
        #expect(TrackingMetrics.sequences(in: metrics) == ["A", "B", "C"])
        let alone = TrackingMetrics.metrics(seen: seen, heldOut: Evaluation([]))
        #expect(TrackingMetrics(alone, of: .all) == nil && TrackingMetrics(alone) == TrackingMetrics(metrics))
    }

    @Test func `a gap is a fragmentation`() throws {
        let score = try score(
            truth: "1,1,0,0,10,20,1\n2,1,0,0,10,20,1\n3,1,0,0,10,20,1",
            results: "1,5,0,0,10,20,1\n2,5,50,50,10,20,1\n3,5,0,0,10,20,1")
        #expect(score.clear.fragmentations == 1 && score.clear.falseNegatives == 1 && score.clear.falsePositives == 1)
        #expect(score.clear.partlyTracked == 1)
    }

    @Test func `a detection on a distractor is not an error`() throws {
        let truth = "1,1,0,0,10,20,1,1,1\n1,2,50,0,10,20,0,8,1\n1,3,90,0,10,20,0,1,1"
        let results = "1,1,0,0,10,20,1,-1\n1,2,50,0,10,20,1,-1\n1,3,90,0,10,20,1,-1"
        let score = try score(truth: truth, results: results, rules: .mot17)
        #expect(score.foundBoxes == 2 && score.clear.truePositives == 1 && score.clear.falsePositives == 1)
    }

    @Test func `without detections no number is undefined`() throws {
        let score = try score(truth: "1,1,0,0,10,20,1", results: "")
        #expect(score.clear.falseNegatives == 1 && score.clear.accuracy == 0 && score.hota.score == 0)
        #expect(score.identity.f1 == 0 && score.clear.mostlyLost == 1)
    }

    @Test func `results beyond the sequence or of other classes are refused with their line`() throws {
        let beyond = #expect(throws: Failure.self) {
            try score(truth: "1,1,0,0,10,20,1", results: "1,1,0,0,10,20,1\n2,1,0,0,10,20,1")
        }
        #expect(beyond?.message.contains("x.txt:2") == true)
        let car = #expect(throws: Failure.self) { try score(truth: "1,1,0,0,10,20,1", results: "1,1,0,0,10,20,1,3") }
        #expect(car?.message.contains("class 3") == true)
    }

    @Test(arguments: [(3, 3), (4, 6), (6, 4), (1, 5), (5, 1)])
    func `an assignment has minimum cost`(rows: Int, columns: Int) {
        var generator = SplitMix64(seed: UInt64(rows * 10 + columns))
        for _ in 0..<20 {
            let costs = Matrix(rows: rows, columns: columns) { _, _ in Double(generator.index(below: 50)) }
            let found = costs.leastCostAssignment()
            #expect(found.count == min(rows, columns))
            #expect(Set(found.map(\.row)).count == found.count && Set(found.map(\.column)).count == found.count)
            #expect(found.reduce(0) { $0 + costs[$1.row, $1.column] } == best(of: costs, row: 0, taken: []))
        }
    }

    /// The minimum cost, found by trying everything.
    private func best(of costs: Matrix, row: Int, taken: Set<Int>) -> Double {
        guard row < costs.rows else { return 0 }
        let mayStayAlone = costs.rows - row > costs.columns - taken.count
        var least = mayStayAlone ? best(of: costs, row: row + 1, taken: taken) : .infinity
        for column in 0..<costs.columns where !taken.contains(column) {
            least = min(
                least, costs[row, column] + best(of: costs, row: row + 1, taken: taken.union([column])))
        }
        return least
    }
}
