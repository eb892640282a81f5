import Model

/// A sequence's ground truth and a tracker's results, prepared for the metrics: identities are numbered from 0, rows
/// that the benchmark does not count are removed, and the overlaps are computed.
public struct TrackingPair: Sendable {
    /// The identities of one frame, and how much their boxes overlap.
    struct Frame: Sendable {
        /// Numbers of the true identities.
        var truth: [Int]
        /// Numbers of the tracker's identities.
        var found: [Int]
        /// Overlap of each true box (rows) with each found one (columns).
        var overlaps: Matrix
    }

    /// The frames that have boxes of either side.
    let frames: [Frame]
    /// Number of frames that contain each true identity.
    let truthCounts: [Int]
    /// Number of frames that contain each of the tracker's identities.
    let foundCounts: [Int]

    /// Boxes of the ground truth.
    public var truthBoxes: Int { truthCounts.reduce(0, +) }
    /// Boxes of the tracker.
    public var foundBoxes: Int { foundCounts.reduce(0, +) }

    /// Prepares a sequence.
    /// - Parameters:
    ///   - truth: Its ground truth.
    ///   - results: The tracker's results.
    ///   - rules: What counts.
    /// - Throws: `Failure` with code `invalid-argument` if the results have frames or classes that the ground truth
    ///   does not have.
    public init(truth: MOTFile, results: MOTFile, rules: EvaluationRules, frames count: Int? = nil) throws {
        let last = count ?? truth.lastFrame
        for file in [truth, results] {
            guard let row = file.rows.last, row.frame > last else { continue }
            throw Failure(
                .invalidArgument,
                "\(file.path):\(row.line): frame \(row.frame) is beyond the sequence, which ends at frame \(last).")
        }
        try rules.check(results)
        let truthRows = Dictionary(grouping: truth.rows, by: \.frame)
        let foundRows = Dictionary(grouping: results.rows, by: \.frame)
        var truthNumbers = IdentityNumbers()
        var foundNumbers = IdentityNumbers()
        frames = Set(truthRows.keys).union(foundRows.keys).sorted().map { frame in
            let counted = rules.counted(truth: truthRows[frame] ?? [], found: foundRows[frame] ?? [])
            return Frame(
                truth: counted.truth.map { truthNumbers.number(of: $0.identity) },
                found: counted.found.map { foundNumbers.number(of: $0.identity) }, overlaps: counted.overlaps)
        }
        truthCounts = truthNumbers.counts
        foundCounts = foundNumbers.counts
    }
}

/// Numbers identities from 0 in order of appearance.
private struct IdentityNumbers {
    private var numbers: [Int: Int] = [:]
    private(set) var counts: [Int] = []

    mutating func number(of identity: Int) -> Int {
        let number = numbers[identity] ?? counts.count
        if number == counts.count {
            numbers[identity] = number
            counts.append(0)
        }
        counts[number] += 1
        return number
    }
}
