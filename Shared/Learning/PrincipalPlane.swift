/// The plane of the first two principal components of points, computed by power iteration.
public enum PrincipalPlane {
    /// Iterations per direction; a picture needs no more precision than these give.
    private static let iterations = 60

    /// The coordinates of a matrix's rows in the plane, relative to their mean.
    public static func places(of points: Matrix) -> [(x: Double, y: Double)] {
        var rest = centered(points)
        let x = takeComponent(of: &rest)
        let y = takeComponent(of: &rest)
        return zip(x, y).map { (x: $0, y: $1) }
    }

    private static func centered(_ points: Matrix) -> Matrix {
        var result = points
        for column in 0..<points.columns {
            let mean = (0..<points.rows).reduce(0) { $0 + points[$1, column] } / Double(max(1, points.rows))
            for row in 0..<points.rows { result[row, column] -= mean }
        }
        return result
    }

    /// The coordinate of each row along the first principal direction, which is then removed from the rows.
    private static func takeComponent(of points: inout Matrix) -> [Double] {
        // Any direction will do as a start, as long as it is not perpendicular to any axis.
        var direction = (0..<points.columns).map { 1 / Double($0 + 1) }
        for _ in 0..<iterations {
            let along = lengths(of: points, along: direction)
            direction = direction.indices.map { column in
                points.rows == 0 ? 0 : (0..<points.rows).reduce(0) { $0 + along[$1] * points[$1, column] }
            }
            let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard norm > 1e-12 else { return [Double](repeating: 0, count: points.rows) }
            direction = direction.map { $0 / norm }
        }
        let along = lengths(of: points, along: direction)
        for row in 0..<points.rows {
            for column in 0..<points.columns { points[row, column] -= along[row] * direction[column] }
        }
        return along
    }

    private static func lengths(of points: Matrix, along direction: [Double]) -> [Double] {
        (0..<points.rows).map { row in direction.indices.reduce(0) { $0 + points[row, $1] * direction[$1] } }
    }
}
