import Model

extension SampleSource {
    /// Positions of the first samples, about equally many per class: the k-th of every class before the k+1-th of any.
    /// - Throws: `Failure` if samples have no classes.
    func places(labels count: Int) throws -> [Int] {
        let labels = try labels(for: "Learning with few labels")
        var seen: [Int32: Int] = [:]
        let ranked = labels.enumerated().map { place, label in
            defer { seen[label, default: 0] += 1 }
            return (rank: seen[label, default: 0], place: place)
        }
        return ranked.sorted { $0 < $1 }.prefix(count).map(\.place)
    }

    /// The samples with those whose labels are used first. The labels of all others are removed.
    /// - Parameter used: Samples from which those without labels are taken; nil for all.
    func partlyLabeled(_ labeled: [Int], used: [Int]) throws -> SampleSource {
        let known = Set(labeled)
        let ordered = selecting(labeled + used.filter { !known.contains($0) })
        let answers: Answers =
            switch ordered.answers {
            case .classes(let labels): .classes(labels.enumerated().map { $0 < labeled.count ? $1 : 0 })
            case .numbers(let numbers):
                .numbers(numbers.enumerated().map { $0 < labeled.count * target.outputs ? $1 : 0 })
            }
        return try SampleSource(target: target, modalities: ordered.modalities, answers: answers, owner: owner)
    }

    /// The same samples repeated to a given total number.
    func repeated(to count: Int) -> SampleSource { selecting((0..<count).map { $0 % self.count }) }

    /// The same samples for a network with a given number of outputs that are not classes.
    func unlabeled(outputs: Int) throws -> SampleSource {
        try SampleSource(
            classes: outputs, modalities: modalities, labels: [Int32](repeating: 0, count: count), owner: owner)
    }
}
