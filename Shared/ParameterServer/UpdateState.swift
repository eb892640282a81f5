import Glibc

/// An update rule with its state from earlier steps.
struct UpdateState {
    /// The state.
    struct Memory: Hashable, Sendable {
        var first: [Float] = []
        var second: [Float] = []
        var steps = 0
    }

    private let rule: UpdateRule
    var memory = Memory()

    init(_ rule: UpdateRule, count: Int) {
        self.rule = rule
        switch rule {
        case .addition, .replacement: break
        case .gradientDescent(_, let momentum): if momentum != 0 { memory.first = Array(repeating: 0, count: count) }
        case .adam:
            memory.first = Array(repeating: 0, count: count)
            memory.second = memory.first
        }
    }

    /// Applies one update to the parameters.
    mutating func apply(_ update: [Float], to values: inout [Float]) {
        memory.steps += 1
        switch rule {
        case .addition: for i in values.indices { values[i] += update[i] }
        case .replacement: values = update
        case .gradientDescent(let rate, let momentum): descend(update, rate, momentum, &values)
        case .adam(let rate): adam(update, rate, &values)
        }
    }

    private mutating func descend(_ gradient: [Float], _ rate: Float, _ momentum: Float, _ values: inout [Float]) {
        guard momentum != 0 else {
            for i in values.indices { values[i] -= rate * gradient[i] }
            return
        }
        for i in values.indices {
            memory.first[i] = momentum * memory.first[i] + gradient[i]
            values[i] -= rate * memory.first[i]
        }
    }

    private mutating func adam(_ gradient: [Float], _ rate: Float, _ values: inout [Float]) {
        let step = rate / Float(1 - pow(0.9, Double(memory.steps)))
        let scale = Float(1 / (1 - pow(0.999, Double(memory.steps))).squareRoot())
        for i in values.indices {
            memory.first[i] = 0.9 * memory.first[i] + 0.1 * gradient[i]
            memory.second[i] = 0.999 * memory.second[i] + 0.001 * gradient[i] * gradient[i]
            values[i] -= step * memory.first[i] / (memory.second[i].squareRoot() * scale + 1e-8)
        }
    }
}
