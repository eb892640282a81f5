public import Model

extension SampleSource {
    /// The same samples with their answers in terms of another target: with its numbers of classes or labels, or its scale
    /// of numbers.
    /// - Throws: `Failure` with code `invalid-argument` if the other target lacks one of the classes, labels or numbers.
    public func answering(_ other: Target) throws -> SampleSource {
        guard other != target else { return self }
        guard other.kind == target.kind else {
            throw Failure(
                .invalidArgument,
                "Samples with a target of kind '\(target.kind.rawValue)' cannot be used for one of kind "
                    + "'\(other.kind.rawValue)'.")
        }
        let places = Dictionary(other.names.enumerated().map { ($1, $0) }) { first, _ in first }
        let numbers = try target.names.map { name in
            if let place = places[name] { return place }
            throw Failure(.invalidArgument, "The target has no '\(name)', which earlier samples have.")
        }
        return try SampleSource(
            target: other, modalities: modalities, answers: answers.counted(by: other, from: target, numbers),
            groups: groups, owner: owner)
    }
}

extension SampleSource.Answers {
    /// - Parameter numbers: For each output of this target, the output of the other one.
    fileprivate func counted(by other: Target, from target: Target, _ numbers: [Int]) -> Self {
        switch self {
        case .classes(let labels): return .classes(labels.map { Int32(numbers[Int($0)]) })
        case .numbers(let values):
            var counted = [Float](repeating: 0, count: values.count / numbers.count * other.outputs)
            for (place, value) in values.enumerated() {
                let (sample, column) = place.quotientAndRemainder(dividingBy: numbers.count)
                let output = numbers[column]
                var value = Double(value)
                if let means = target.means, let deviations = target.deviations, let wanted = other.means,
                    let scales = other.deviations
                {
                    value = (value * deviations[column] + means[column] - wanted[output]) / scales[output]
                }
                counted[sample * other.outputs + output] = Float(value)
            }
            return .numbers(counted)
        }
    }
}
