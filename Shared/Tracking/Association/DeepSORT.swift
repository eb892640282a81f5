/// deep-sort: assignment by appearance within the limits of motion, most recently seen tracks first, and then by
/// overlap.
///
/// N. Wojke and others, "Simple online and realtime tracking with a deep association metric", 2017. If detections have
/// no appearance, only motion decides, which is the paper's equation 5 with λ = 1.
public struct DeepSORT: Tracker {
    /// How it tracks.
    public struct Settings: Hashable, Sendable, Codable {
        /// Frames that a confirmed track survives without being seen; also the depth of the matching cascade.
        public var maximumAge = 30
        /// Number of initial frames in which a track must be seen before it is confirmed.
        public var confirmations = 3
        /// Maximum cosine distance of appearances.
        public var maximumAppearanceDistance = 0.2
        /// Number of appearances to keep per track.
        public var gallery = 100
        /// Maximum distance (1 − overlap) in the last stage.
        public var maximumOverlapDistance = 0.7
        /// Frames for which a track that is not seen is reported at its predicted position.
        public var coasting = 1

        /// The settings of the paper.
        public init() {}
    }

    private let settings: Settings
    private var tracks: [DeepSORTTrack] = []
    private var identities = 0

    /// Makes a new tracker.
    public init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Takes the detections of the next frame, and returns the tracked people.
    public mutating func update(_ detections: [Detection]) -> [TrackedBox] {
        for index in tracks.indices { tracks[index].predict() }
        var open = OpenPairs(tracks: [], detections: Array(detections.indices))
        let confirmed = tracks.indices.filter { tracks[$0].isConfirmed }
        var matches = cascade(confirmed, detections, &open)
        let seen = Set(matches.map(\.row))
        // Tracks missed for longer can be found only by appearance: their prediction is too vague for overlap.
        open.tracks =
            tracks.indices.filter { !tracks[$0].isConfirmed }
            + confirmed.filter { !seen.contains($0) && tracks[$0].misses == 1 }
        matches += open.match(atMost: settings.maximumOverlapDistance) {
            1 - tracks[$0].filter.box.overlap(with: detections[$1].box)
        }
        settle(matches, detections, new: open.detections)
        return tracks.compactMap(told)
    }

    /// Most recently seen tracks choose first, because the predictions of others are vaguer and would otherwise win.
    private func cascade(_ confirmed: [Int], _ detections: [Detection], _ open: inout OpenPairs) -> [Match] {
        let levels = Dictionary(grouping: confirmed) { tracks[$0].misses }
        let usesAppearance = detections.contains { !$0.appearance.isEmpty }
        let limit = usesAppearance ? settings.maximumAppearanceDistance : HeightFilter.gate
        var matches: [Match] = []
        for level in levels.keys.sorted() where level <= settings.maximumAge {
            open.tracks = levels[level] ?? []
            matches += open.match(atMost: limit) { track, detection in
                tracks[track].cost(of: detections[detection], byAppearance: usesAppearance)
            }
        }
        return matches
    }

    private mutating func settle(_ matches: [Match], _ detections: [Detection], new: [Int]) {
        let seen = Set(matches.map(\.row))
        for match in matches { tracks[match.row].see(detections[match.column], after: settings.confirmations) }
        tracks = tracks.enumerated().filter { index, track in
            seen.contains(index) || (track.isConfirmed && track.misses <= settings.maximumAge)
        }.map(\.element)
        for index in new {
            identities += 1
            tracks.append(DeepSORTTrack(identity: identities, detections[index], gallery: settings.gallery))
        }
    }

    private func told(_ track: DeepSORTTrack) -> TrackedBox? {
        guard track.isConfirmed, track.misses <= settings.coasting else { return nil }
        return TrackedBox(identity: track.identity, box: track.filter.box, score: track.score)
    }
}

/// A person that deep-sort follows.
struct DeepSORTTrack: Sendable {
    let identity: Int
    private(set) var filter: HeightFilter
    private(set) var score: Double
    private(set) var isConfirmed = false
    /// Frames since it was seen.
    private(set) var misses = 0
    private var hits = 1
    private var gallery: AppearanceGallery

    init(identity: Int, _ detection: Detection, gallery limit: Int) {
        self.identity = identity
        filter = HeightFilter(detection.box)
        score = detection.score
        gallery = AppearanceGallery(limit: limit)
        gallery.add(detection.appearance)
    }

    mutating func predict() {
        filter.predict()
        misses += 1
    }

    mutating func see(_ detection: Detection, after confirmations: Int) {
        filter.correct(detection.box)
        gallery.add(detection.appearance)
        score = detection.score
        misses = 0
        hits += 1
        if hits >= confirmations { isConfirmed = true }
    }

    /// How badly a detection fits; infinite if motion excludes it.
    func cost(of detection: Detection, byAppearance: Bool) -> Double {
        let distance = filter.squaredDistance(to: detection.box)
        guard distance <= HeightFilter.gate else { return .infinity }
        // Only detections that motion allows are compared, which avoids most of the costly comparisons.
        return byAppearance ? gallery.distance(to: detection.appearance) : distance
    }
}

/// Tracks and detections that have no partner yet.
struct OpenPairs {
    var tracks: [Int]
    private(set) var detections: [Int]

    init(tracks: [Int], detections: [Int]) {
        self.tracks = tracks
        self.detections = detections
    }

    /// Added to the limit for pairs beyond it, which all count the same.
    private static let excess = 1e-5

    /// Pairs tracks and detections at minimum cost. Pairs beyond the limit do not count, and paired detections are no
    /// longer open.
    mutating func match(atMost limit: Double, cost: (_ track: Int, _ detection: Int) -> Double) -> [Match] {
        guard !tracks.isEmpty, !detections.isEmpty else { return [] }
        let costs = Matrix(rows: tracks.count, columns: detections.count) {
            min(cost(tracks[$0], detections[$1]), limit + Self.excess)
        }
        let matches = costs.leastCostAssignment().filter { costs[$0.row, $0.column] <= limit }
            .map { Match(row: tracks[$0.row], column: detections[$0.column]) }
        let taken = Set(matches.map(\.column))
        detections.removeAll { taken.contains($0) }
        return matches
    }
}
