import Foundation

/// A soft silhouette around points, computed from the points themselves.
struct BrainOutline {
    /// Number of directions in which the extent is measured.
    private static let directions = 72
    /// Distance between the outermost points and the outline in millimeters: regions extend beyond their centers.
    private static let skin = 11.0

    private let center: (x: Double, y: Double)
    private let radii: [Double]

    /// Computes the outline of points.
    init(around points: [(x: Double, y: Double)]) {
        let xs = points.map(\.x)
        let ys = points.map(\.y)
        let center = (
            x: ((xs.min() ?? 0) + (xs.max() ?? 0)) / 2, y: ((ys.min() ?? 0) + (ys.max() ?? 0)) / 2
        )
        self.center = center
        // In each direction, the extent of the farthest points nearby, weighting nearer directions more.
        let extents = (0..<Self.directions).map { index -> Double in
            let angle = 2 * Double.pi * Double(index) / Double(Self.directions)
            return points.map { point in
                let distance = hypot(point.x - center.x, point.y - center.y)
                let turn = abs(remainder(atan2(point.y - center.y, point.x - center.x) - angle, 2 * .pi))
                return distance * exp(-pow(turn / 0.52, 2))
            }.max() ?? 0
        }
        radii = Self.smoothed(Self.smoothed(extents)).map { $0 + Self.skin }
    }

    /// The bounding rectangle of the outline.
    var bounds: (across: ClosedRange<Double>, up: ClosedRange<Double>) {
        let points = radii.enumerated().map { index, radius in
            let angle = 2 * Double.pi * Double(index) / Double(Self.directions)
            return (x: center.x + cos(angle) * radius, y: center.y + sin(angle) * radius)
        }
        let (xs, ys) = (points.map(\.x), points.map(\.y))
        return ((xs.min() ?? 0)...(xs.max() ?? 0), (ys.min() ?? 0)...(ys.max() ?? 0))
    }

    /// A closed curve as an SVG path, scaled by `share` about the center.
    func path(at share: Double, _ place: (Double, Double) -> (x: Double, y: Double)) -> String {
        let points = radii.enumerated().map { index, radius in
            let angle = 2 * Double.pi * Double(index) / Double(Self.directions)
            return place(center.x + cos(angle) * radius * share, center.y + sin(angle) * radius * share)
        }
        let n = SVG.number
        // Quadratic curves through the midpoints between the points are smooth everywhere.
        let middles = points.indices.map { index in
            let next = points[(index + 1) % points.count]
            return (x: (points[index].x + next.x) / 2, y: (points[index].y + next.y) / 2)
        }
        guard let last = middles.last else { return "" }
        let curves = points.indices.map { index in
            "Q\(n(points[index].x)) \(n(points[index].y)) \(n(middles[index].x)) \(n(middles[index].y))"
        }
        return "M\(n(last.x)) \(n(last.y))\(curves.joined())Z"
    }

    private static func smoothed(_ values: [Double]) -> [Double] {
        let weights = [0.06, 0.12, 0.2, 0.24, 0.2, 0.12, 0.06]
        return values.indices.map { index in
            weights.indices.reduce(0) { sum, offset in
                sum + weights[offset] * values[(index + offset - 3 + values.count) % values.count]
            }
        }
    }
}
