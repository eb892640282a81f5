import Media

/// A heat map over a picture: red cells are evidence for the answer, blue cells against it.
struct HeatMap {
    private let weights: [[Double]]

    init(_ weights: [[Double]]) { self.weights = weights }

    /// The picture in gray, colored by weight.
    func drawn(over pixels: [UInt8], height: Int, width: Int, channels: Int) -> Picture {
        let strongest = max(weights.joined().map(abs).max() ?? 0, .leastNormalMagnitude)
        var drawn = [UInt8](repeating: 0, count: height * width * 3)
        for row in 0..<height {
            for column in 0..<width {
                let start = (row * width + column) * channels
                let gray =
                    channels >= 3
                    ? 0.299 * Double(pixels[start]) + 0.587 * Double(pixels[start + 1])
                        + 0.114 * Double(pixels[start + 2]) : Double(pixels[start])
                let weight = weight(row, column, height, width) / strongest
                let color: [Double] = weight >= 0 ? [255, 32, 0] : [0, 64, 255]
                let share = 0.65 * abs(weight)
                for channel in 0..<3 {
                    let value = gray * (1 - share) + color[channel] * share
                    drawn[(row * width + column) * 3 + channel] = UInt8(min(max(value.rounded(), 0), 255))
                }
            }
        }
        return Picture(pixels: drawn, height: height, width: width, channels: 3)
    }

    /// The weight at a pixel, interpolated between the centers of the nearest cells.
    private func weight(_ row: Int, _ column: Int, _ height: Int, _ width: Int) -> Double {
        let (rows, columns) = (weights.count, weights[0].count)
        let y = min(max((Double(row) + 0.5) * Double(rows) / Double(height) - 0.5, 0), Double(rows - 1))
        let x = min(max((Double(column) + 0.5) * Double(columns) / Double(width) - 0.5, 0), Double(columns - 1))
        let (top, left) = (Int(y), Int(x))
        let (bottom, right) = (min(top + 1, rows - 1), min(left + 1, columns - 1))
        let (down, across) = (y - Double(top), x - Double(left))
        let above = weights[top][left] * (1 - across) + weights[top][right] * across
        let below = weights[bottom][left] * (1 - across) + weights[bottom][right] * across
        return above * (1 - down) + below * down
    }
}
