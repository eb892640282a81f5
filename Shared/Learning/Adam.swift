/// The Adam optimizer (Kingma and Ba, 2015), with a separate step size for each parameter.
public struct Adam: Hashable, Sendable, Codable {
    /// Approximate maximum step size.
    public var learningRate: Double
    /// Gradients are clipped to this total norm; nil for no limit.
    public var clip: Double?
    private var first: [Matrix]
    private var second: [Matrix]
    private var steps = 0

    /// Makes an optimizer for parameters.
    public init(_ parameters: Parameters, learningRate: Double, clip: Double? = nil) {
        self.learningRate = learningRate
        self.clip = clip
        first = parameters.matrices.map { Matrix(rows: $0.rows, columns: $0.columns) }
        second = first
    }

    /// Makes one step.
    public mutating func step(_ parameters: inout Parameters, _ gradients: [Matrix]) {
        steps += 1
        let scale = clip.map { Self.scale(of: gradients, to: $0) } ?? 1
        let (firstDecay, secondDecay) = (0.9, 0.999)
        let firstBias = 1 - power(firstDecay, steps)
        let secondBias = 1 - power(secondDecay, steps)
        for index in gradients.indices {
            for place in gradients[index].values.indices {
                let gradient = gradients[index].values[place] * scale
                first[index].values[place] = firstDecay * first[index].values[place] + (1 - firstDecay) * gradient
                second[index].values[place] =
                    secondDecay * second[index].values[place] + (1 - secondDecay) * gradient * gradient
                let size = (second[index].values[place] / secondBias).squareRoot() + 1e-8
                parameters.matrices[index].values[place] -=
                    learningRate * first[index].values[place] / firstBias / size
            }
        }
    }

    /// Gradients, clipped to a total norm.
    public static func clipped(_ gradients: [Matrix], to length: Double) -> [Matrix] {
        let scale = scale(of: gradients, to: length)
        return scale == 1 ? gradients : gradients.map { $0.map { $0 * scale } }
    }

    private static func scale(of gradients: [Matrix], to most: Double) -> Double {
        let length = gradients.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1 * $1 } }.squareRoot()
        return length > most ? most / length : 1
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        var (result, square, rest) = (1.0, base, exponent)
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
