import Learning
import Testing

@Suite struct PrincipalPlaneTests {
    @Test func `points of a tilted plane keep their distances`() {
        // Two orthogonal directions of length 1 in four dimensions.
        let first: [Double] = [0.6, 0, 0.8, 0]
        let second: [Double] = [0, 0.8, 0, -0.6]
        var plane: [(x: Double, y: Double)] = []
        for number in 0..<20 {
            let (x, y) = (number * 7 % 20, number * 3 % 11)
            plane.append((x: Double(x), y: Double(y) / 4))
        }
        var points = Matrix(rows: 20, columns: 4, repeating: 5)
        for row in 0..<20 {
            for column in 0..<4 {
                points[row, column] += plane[row].x * first[column]
                points[row, column] += plane[row].y * second[column]
            }
        }
        let found = PrincipalPlane.places(of: points)
        func distance(_ places: [(x: Double, y: Double)], _ one: Int, _ other: Int) -> Double {
            let (x, y) = (places[one].x - places[other].x, places[one].y - places[other].y)
            return (x * x + y * y).squareRoot()
        }
        for one in 0..<20 {
            for other in 0..<20 { #expect(abs(distance(plane, one, other) - distance(found, one, other)) < 1e-6) }
        }
        let width = found.reduce(0.0) { $0 + $1.x * $1.x }
        let height = found.reduce(0.0) { $0 + $1.y * $1.y }
        #expect(width > height)
    }

    @Test func `identical points lie in the center`() {
        let found = PrincipalPlane.places(of: Matrix(rows: 3, columns: 2, repeating: 4))
        #expect(found.count == 3)
        for place in found { #expect(place.x == 0 && place.y == 0) }
        #expect(PrincipalPlane.places(of: Matrix(rows: 0, columns: 2)).isEmpty)
    }
}
