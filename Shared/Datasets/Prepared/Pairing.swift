import Model

/// Samples combined from the rows of several modalities with the same label.
///
/// The modality with the fewest candidates leads: its candidates are repeated in random order until there are enough
/// samples, so that each is used equally often (give or take one). Every other modality provides a candidate with the
/// same label, again each equally often. All choices depend only on seed and split.
struct Pairing {
    /// The label of each sample.
    let labels: [Int]
    /// The candidate of each modality in each sample.
    let candidates: [String: [Int]]

    init(
        of available: [String: [Int]], count: Int, split: PreparedDataset.Split, seed: UInt64,
        labels wanted: [Int]? = nil
    ) throws {
        let names = available.keys.sorted()
        guard let leader = names.min(by: { available[$0, default: []].count < available[$1, default: []].count }),
            let leaderLabels = available[leader], case let leaders = Self.places(of: wanted, in: leaderLabels),
            !leaders.isEmpty
        else { throw Failure(.invalidArgument, "There is nothing in the \(split.rawValue) split to pair.") }

        var order = Deck(leaders, seed: seed, purpose: "pairing.\(split.rawValue).\(leader)")
        let leading = (0..<count).map { _ in order.draw() }
        let labels = leading.map { leaderLabels[$0] }
        var candidates = [leader: leading]
        for name in names where name != leader {
            candidates[name] = try Self.follow(
                labels, available[name, default: []], name: name, split: split, seed: seed)
        }
        self.labels = labels
        self.candidates = candidates
    }

    private static func places(of wanted: [Int]?, in labels: [Int]) -> [Int] {
        guard let wanted = wanted.map(Set.init) else { return Array(labels.indices) }
        return labels.indices.filter { wanted.contains(labels[$0]) }
    }

    private static func follow(
        _ labels: [Int], _ available: [Int], name: String, split: PreparedDataset.Split, seed: UInt64
    ) throws -> [Int] {
        let byLabel = Dictionary(grouping: available.indices) { available[$0] }
        var decks: [Int: Deck] = [:]
        for (label, indices) in byLabel {
            decks[label] = Deck(indices, seed: seed, purpose: "pairing.\(split.rawValue).\(name).\(label)")
        }
        return try labels.map { label in
            guard let candidate = decks[label]?.draw() else {
                throw Failure(
                    .invalidArgument,
                    "Modality '\(name)' has nothing of class \(label) in the \(split.rawValue) split.")
            }
            return candidate
        }
    }
}

/// Deals elements in random order, and reshuffles when all are dealt.
private struct Deck {
    private var elements: [Int]
    private var generator: SplitMix64
    private var next = 0

    /// - Parameter elements: At least one.
    init(_ elements: [Int], seed: UInt64, purpose: String) {
        self.elements = elements
        generator = SplitMix64(seed: seed, purpose: purpose)
        generator.shuffle(&self.elements)
    }

    mutating func draw() -> Int {
        if next == elements.count {
            generator.shuffle(&elements)
            next = 0
        }
        defer { next += 1 }
        return elements[next]
    }
}
