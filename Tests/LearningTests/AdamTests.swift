import Learning
import Model
import Testing

@Suite struct AdamTests {
    @Test func `it finds the minimum of a quadratic function`() {
        var generator = SplitMix64(seed: 1)
        var parameters = Parameters()
        _ = parameters.add(rows: 1, columns: 3, uniform: 1, using: &generator)
        var optimizer = Adam(parameters, learningRate: 0.05, clip: 5)
        let target = [1.0, -2, 0.5]
        for step in 0..<2_000 {
            // With a constant rate, it sometimes still jumps around the minimum.
            optimizer.learningRate = 0.05 * (1 - Double(step) / 2_000)
            let gradient = zip(parameters.matrices[0].values, target).map { 2 * ($0 - $1) }
            optimizer.step(&parameters, [Matrix(rows: 1, columns: 3, gradient)])
        }
        for (value, wanted) in zip(parameters.matrices[0].values, target) { #expect(abs(value - wanted) < 1e-3) }
    }

    @Test func `its first step has the size of the learning rate in every coordinate`() {
        var parameters = Parameters()
        var generator = SplitMix64(seed: 1)
        _ = parameters.add(rows: 1, columns: 2, uniform: 0, using: &generator)
        var optimizer = Adam(parameters, learningRate: 0.1)
        optimizer.step(&parameters, [Matrix(rows: 1, columns: 2, [1e-3, -400])])
        #expect(abs(parameters[0] + 0.1) < 1e-5)
        #expect(abs(parameters[1] - 0.1) < 1e-5)
    }
}
