/// The metrics of a tracker that tables show, for one or several sequences.
public struct TrackingMetrics: Hashable, Sendable {
    /// The scope of the metrics in a table.
    public enum Row: Hashable, Sendable {
        /// All sequences of a search combined.
        case overall
        /// All held-out sequences combined.
        case heldOut
        /// All sequences together, those of a search and those that it does not see.
        case all
        /// One sequence.
        case sequence(String)

        fileprivate var prefix: String {
            switch self {
            case .overall: ""
            case .heldOut: "held-out/"
            case .all: "all/"
            case .sequence(let name): "\(name)/"
            }
        }
    }

    /// How consistently each person keeps one identity, 0 to 1.
    public var idf1: Double
    /// Number of identity switches.
    public var switches: Double
    /// 1 minus errors per true box.
    public var mota: Double
    /// Mean distance, 1 − overlap, of found boxes; lower is better.
    public var distance: Double
    /// Balance of detection and association, 0 to 1.
    public var hota: Double

    /// Words that replace a sequence's name in metrics over several sequences.
    private static let together = ["held-out", "all"]
    private static let names = ["idf1", "switches", "mota", "motp-distance", "hota"]
    private var values: [Double] { [idf1, switches, mota, distance, hota] }

    /// The metrics of a score.
    public init(_ score: TrackingScore) {
        idf1 = score.identity.f1
        switches = Double(score.clear.switches)
        mota = score.clear.accuracy
        distance = score.clear.distancePrecision
        hota = score.hota.score
    }

    /// Reads the metrics of a row among a trial's metrics; nil if they are missing.
    public init?(_ metrics: [String: Double], of row: Row = .overall) {
        let values = Self.names.compactMap { metrics[row.prefix + $0] }
        guard values.count == Self.names.count else { return nil }
        (idf1, switches, mota, distance, hota) = (values[0], values[1], values[2], values[3], values[4])
    }

    /// The metrics by the names that they have in a trial.
    public func metrics(of row: Row) -> [String: Double] {
        Dictionary(uniqueKeysWithValues: zip(Self.names, values).map { (row.prefix + $0, $1) })
    }

    /// The metrics of evaluations by the names that they have in a trial.
    /// - Parameters:
    ///   - seen: On the sequences of a search.
    ///   - heldOut: On held-out sequences; may be empty.
    public static func metrics(seen: Evaluation, heldOut: Evaluation) -> [String: Double] {
        var metrics: [String: Double] = [:]
        for (evaluation, together) in [(seen, Row.overall), (heldOut, .heldOut)] where evaluation.rows.count > 1 {
            for row in evaluation.rows {
                let name = row.sequence == Evaluation.overall ? together : .sequence(row.sequence)
                metrics.merge(TrackingMetrics(row.score).metrics(of: name)) { $1 }
            }
        }
        let apart = [seen, heldOut].map { $0.rows.filter { $0.sequence != Evaluation.overall }.map(\.score) }
        if apart.allSatisfy({ !$0.isEmpty }) {
            metrics.merge(TrackingMetrics(TrackingScore.overall(apart.joined())).metrics(of: .all)) { $1 }
        }
        return metrics
    }

    /// The sequences that a trial's metrics cover, ordered by name.
    public static func sequences(in metrics: [String: Double]) -> [String] {
        metrics.keys.compactMap { key in
            let parts = key.split(separator: "/").map(String.init)
            return parts.count == 2 && parts[1] == names[0] && !together.contains(parts[0]) ? parts[0] : nil
        }.sorted()
    }
}
