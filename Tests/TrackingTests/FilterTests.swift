import Testing

@testable import Tracking

/// The filters compared with the same Kalman filter with full matrices.
struct FilterTests {
    private typealias Rows = [[Double]]

    /// A Kalman filter as in a textbook, of positions that are observed and their velocities.
    private struct FullFilter {
        var mean: [Double]
        var covariance: Rows
        let observed: Int

        mutating func predict(noise: [Double]) {
            let transition: Rows = mean.indices.map { row in
                mean.indices.map { $0 == row || $0 == row + observed ? 1 : 0 }
            }
            mean = FilterTests.product(transition, mean.map { [$0] }).map { $0[0] }
            covariance = FilterTests.product(
                FilterTests.product(transition, covariance), FilterTests.transposed(transition))
            for index in mean.indices { covariance[index][index] += noise[index] }
        }

        mutating func correct(_ values: [Double], noise: [Double]) {
            // Sequential observations are equivalent to joint ones, because their noise is independent.
            for index in 0..<observed {
                let uncertainty = covariance[index][index] + noise[index]
                let gain = covariance.map { $0[index] / uncertainty }
                let innovation = values[index] - mean[index]
                let row = covariance[index]
                for other in mean.indices {
                    mean[other] += gain[other] * innovation
                    for third in mean.indices { covariance[other][third] -= gain[other] * row[third] }
                }
            }
        }
    }

    private static func product(_ first: Rows, _ second: Rows) -> Rows {
        first.map { row in
            second[0].indices.map { column in row.indices.reduce(0) { $0 + row[$1] * second[$1][column] } }
        }
    }

    private static func transposed(_ rows: Rows) -> Rows { rows[0].indices.map { column in rows.map { $0[column] } } }

    private static func diagonal(_ values: [Double]) -> Rows {
        values.indices.map { row in values.indices.map { $0 == row ? values[row] : 0 } }
    }

    private let boxes = (0..<12).map { step in
        Box(left: 10 + 3.5 * Double(step), top: 20 - Double(step * step) / 9, width: 30 + Double(step), height: 80)
    }

    @Test func `deep-sort's filter equals the one with full matrices`() {
        func square(_ values: [Double]) -> [Double] { values.map { $0 * $0 } }
        func state(_ box: Box) -> [Double] { [box.centerX, box.centerY, box.width / box.height, box.height] }
        let height = boxes[0].height
        var full = FullFilter(
            mean: state(boxes[0]) + [0, 0, 0, 0],
            covariance: Self.diagonal(
                square([
                    height / 10, height / 10, 1e-2, height / 10, height / 16, height / 16, 1e-5, height / 16,
                ])), observed: 4)
        var filter = HeightFilter(boxes[0])
        for (step, box) in boxes.dropFirst().enumerated() {
            let height = full.mean[3]
            full.predict(
                noise: square([
                    height / 20, height / 20, 1e-2, height / 20, height / 160, height / 160, 1e-5, height / 160,
                ]))
            filter.predict()
            // Some frames without an observation.
            if step % 4 != 2 {
                let height = full.mean[3]
                full.correct(state(box), noise: square([height / 20, height / 20, 1e-1, height / 20]))
                filter.correct(box)
            }
            #expect(zip(state(filter.box), full.mean).allSatisfy { abs($0 - $1) < 1e-9 })
        }
    }

    @Test func `SORT's filter equals the one with full matrices`() throws {
        func state(_ box: Box) -> [Double] { [box.centerX, box.centerY, box.area, box.width / box.height] }
        var full = FullFilter(
            mean: state(boxes[0]) + [0, 0, 0, 0],
            covariance: Self.diagonal([10, 10, 10, 10, 10_000, 10_000, 10_000, 0]), observed: 4)
        var filter = AreaFilter(boxes[0])
        for box in boxes.dropFirst() {
            full.predict(noise: [1, 1, 1, 1, 0.01, 0.01, 0.0001, 0])
            filter.predict()
            full.correct(state(box), noise: [1, 1, 10, 10])
            filter.correct(box)
            let estimate = state(try #require(filter.box))
            #expect(zip(estimate, full.mean).allSatisfy { abs($0 - $1) < 1e-6 * max(1, abs($1)) })
        }
    }
}
