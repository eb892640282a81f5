/// The figures of a tracker that tables show, for a sequence or several together.
public struct TrackingFigures: Hashable, Sendable {
    /// What a table has figures of.
    public enum Row: Hashable, Sendable {
        /// The sequences of a search together.
        case overall
        /// Sequences that a search does not see, together.
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

    /// How long everybody is found under one identity, 0 to 1.
    public var idf1: Double
    /// Times somebody got another identity.
    public var switches: Double
    /// 1 minus errors per true box.
    public var mota: Double
    /// Mean distance, 1 − overlap, of what was found; lower is better.
    public var distance: Double
    /// Detection and association in balance, 0 to 1.
    public var hota: Double

    /// What stands in place of a sequence's name where figures are of several.
    private static let together = ["held-out", "all"]
    private static let names = ["idf1", "switches", "mota", "motp-distance", "hota"]
    private var values: [Double] { [idf1, switches, mota, distance, hota] }

    /// The figures of a score.
    public init(_ score: TrackingScore) {
        idf1 = score.identity.f1
        switches = Double(score.clear.switches)
        mota = score.clear.accuracy
        distance = score.clear.distancePrecision
        hota = score.hota.score
    }

    /// The figures of a row among a trial's metrics; nil where they are not there.
    public init?(_ metrics: [String: Double], of row: Row = .overall) {
        let values = Self.names.compactMap { metrics[row.prefix + $0] }
        guard values.count == Self.names.count else { return nil }
        (idf1, switches, mota, distance, hota) = (values[0], values[1], values[2], values[3], values[4])
    }

    /// The figures as a trial's metrics.
    public func metrics(of row: Row) -> [String: Double] {
        Dictionary(uniqueKeysWithValues: zip(Self.names, values).map { (row.prefix + $0, $1) })
    }

    /// The figures of evaluations as a trial's metrics.
    /// - Parameters:
    ///   - seen: On the sequences of a search.
    ///   - heldOut: On those that it does not see; may be of none.
    public static func metrics(seen: Evaluation, heldOut: Evaluation) -> [String: Double] {
        var metrics: [String: Double] = [:]
        for (evaluation, together) in [(seen, Row.overall), (heldOut, .heldOut)] where evaluation.rows.count > 1 {
            for row in evaluation.rows {
                let name = row.sequence == Evaluation.overall ? together : .sequence(row.sequence)
                metrics.merge(TrackingFigures(row.score).metrics(of: name)) { $1 }
            }
        }
        let apart = [seen, heldOut].map { $0.rows.filter { $0.sequence != Evaluation.overall }.map(\.score) }
        if apart.allSatisfy({ !$0.isEmpty }) {
            metrics.merge(TrackingFigures(TrackingScore.overall(apart.joined())).metrics(of: .all)) { $1 }
        }
        return metrics
    }

    /// The sequences that a trial's metrics have figures of, in the order of their names.
    public static func sequences(in metrics: [String: Double]) -> [String] {
        metrics.keys.compactMap { key in
            let parts = key.split(separator: "/").map(String.init)
            return parts.count == 2 && parts[1] == names[0] && !together.contains(parts[0]) ? parts[0] : nil
        }.sorted()
    }
}
