import Model

extension SampleSource {
    /// Places of the first samples, about equally many of each class: the k-th of every class before the k+1-th of any.
    func places(labels count: Int) -> [Int] {
        var seen: [Int32: Int] = [:]
        let ranked = labels.enumerated().map { place, label in
            defer { seen[label, default: 0] += 1 }
            return (rank: seen[label, default: 0], place: place)
        }
        return ranked.sorted { $0 < $1 }.prefix(count).map(\.place)
    }

    /// Samples whose labels are used come first. The labels of all others are taken away.
    /// - Parameter used: Samples of which those without labels are; nil for all.
    func partlyLabelled(_ labelled: [Int], used: [Int]) throws -> SampleSource {
        let known = Set(labelled)
        let ordered = selecting(labelled + used.filter { !known.contains($0) })
        let labels = ordered.labels.enumerated().map { $0 < labelled.count ? $1 : 0 }
        return try SampleSource(classes: classes, modalities: ordered.modalities, labels: labels, owner: owner)
    }

    /// The same samples over and over, so many in all.
    func repeated(to count: Int) -> SampleSource { selecting((0..<count).map { $0 % self.count }) }

    /// The same samples for a network that gives so many numbers, which are no classes.
    func unlabelled(outputs: Int) throws -> SampleSource {
        try SampleSource(classes: outputs, modalities: modalities, labels: labels.map { _ in 0 }, owner: owner)
    }
}
