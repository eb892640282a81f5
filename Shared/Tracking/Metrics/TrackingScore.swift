/// All metrics of a sequence, or of several together.
public struct TrackingScore: Hashable, Sendable, Codable {
    /// The balance of detection and association.
    public var hota: HOTA
    /// Misses, false detections and switches.
    public var clear: ClearMOT
    /// Identities over the whole sequence.
    public var identity: IdentityScore
    /// Number of the tracker's boxes, after preprocessing.
    public var foundBoxes: Int
    /// Number of the tracker's identities, after preprocessing.
    public var foundIdentities: Int
    /// Boxes of the ground truth that count.
    public var truthBoxes: Int
    /// Identities of the ground truth that count.
    public var truthIdentities: Int

    /// Starts at zero, for sums.
    public init() {
        hota = HOTA()
        clear = ClearMOT()
        identity = IdentityScore()
        (foundBoxes, foundIdentities, truthBoxes, truthIdentities) = (0, 0, 0, 0)
    }

    /// Scores a sequence.
    public init(_ pair: TrackingPair) {
        hota = HOTA(pair)
        clear = ClearMOT(pair)
        identity = IdentityScore(pair)
        foundBoxes = pair.foundBoxes
        foundIdentities = pair.foundCounts.count
        truthBoxes = pair.truthBoxes
        truthIdentities = pair.truthCounts.count
    }

    /// Two sequences together: counts are added, rates are computed from the sums.
    public static func + (first: TrackingScore, second: TrackingScore) -> TrackingScore {
        var sum = first
        sum.hota = first.hota + second.hota
        sum.clear = first.clear + second.clear
        sum.identity = first.identity + second.identity
        sum.foundBoxes += second.foundBoxes
        sum.foundIdentities += second.foundIdentities
        sum.truthBoxes += second.truthBoxes
        sum.truthIdentities += second.truthIdentities
        return sum
    }

    /// All sequences together: the row OVERALL of a benchmark's table.
    public static func overall(_ scores: some Sequence<TrackingScore>) -> TrackingScore {
        scores.reduce(TrackingScore(), +)
    }
}
