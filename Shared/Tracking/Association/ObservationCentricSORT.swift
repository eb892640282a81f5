/// SORT that trusts observations more than its filter, and does not discard detections with low scores.
///
/// Three stages: confident detections by overlap and direction of motion; uncertain ones by overlap with the remaining
/// tracks; remaining confident ones by overlap with a track's last observation. When a track is seen again after a gap,
/// its filter is rerun along the straight line in between. J. Cao and others, "Observation-centric SORT", 2023; second
/// stage after Y. Zhang and others, "ByteTrack", 2022.
public struct ObservationCentricSORT: Tracker {
    /// How it tracks.
    public struct Settings: Hashable, Sendable, Codable {
        /// Minimum score of a confident detection, which may start a track.
        public var sureScore = 0.6
        /// Minimum score of an uncertain detection, which may continue a track.
        public var unsureScore = 0.1
        /// Frames that a track survives without being seen.
        public var maximumAge = 30
        /// Number of consecutive frames in which a track must be seen before it is reported.
        public var confirmations = 3
        /// Minimum overlap of a detection with a track.
        public var minimumOverlap = 0.3
        /// Number of frames over which the direction of motion is measured.
        public var directionSpan = 3
        /// Weight of the direction of motion relative to the overlap.
        public var directionWeight = 0.2

        /// The settings of the papers.
        public init() {}
    }

    private let settings: Settings
    private var tracks: [ObservedTrack] = []
    private var identities = 0
    private var frame = 0

    /// Makes a new tracker.
    public init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Takes the detections of the next frame, and returns the tracked people.
    public mutating func update(_ detections: [Detection]) -> [TrackedBox] {
        frame += 1
        for index in tracks.indices { tracks[index].predict() }
        tracks.removeAll { $0.predicted == nil }
        var sure = detections.filter { $0.score >= settings.sureScore }
        var unsure = detections.filter { $0.score >= settings.unsureScore && $0.score < settings.sureScore }
        var open = Array(tracks.indices)
        let weight = settings.directionWeight
        associate(&open, &sure) {
            $0.predicted
        } bonus: {
            $0.directionBonus(of: $1) * weight
        }
        associate(&open, &unsure) { $0.predicted }
        associate(&open, &sure) { $0.lastSeen }
        for detection in sure {
            identities += 1
            tracks.append(ObservedTrack(identity: identities, detection, span: settings.directionSpan))
        }
        tracks.removeAll { $0.misses > settings.maximumAge }
        return tracks.compactMap(told)
    }

    /// Pairs open tracks with detections, updates them, and leaves those without a partner in both lists.
    private mutating func associate(
        _ open: inout [Int], _ detections: inout [Detection], by place: (ObservedTrack) -> Box?,
        bonus: (ObservedTrack, Detection) -> Double = { _, _ in 0 }
    ) {
        let boxes = open.map { place(tracks[$0]) }
        let overlaps = Matrix(rows: open.count, columns: detections.count) {
            boxes[$0]?.overlap(with: detections[$1].box) ?? 0
        }
        let matches = overlaps.admissibleMatches(atLeast: settings.minimumOverlap) {
            bonus(tracks[open[$0]], detections[$1])
        }
        for match in matches { tracks[open[match.row]].see(detections[match.column]) }
        let (rows, columns) = (Set(matches.map(\.row)), Set(matches.map(\.column)))
        open = open.indices.filter { !rows.contains($0) }.map { open[$0] }
        detections = detections.indices.filter { !columns.contains($0) }.map { detections[$0] }
    }

    private func told(_ track: ObservedTrack) -> TrackedBox? {
        guard track.misses == 0, track.streak >= settings.confirmations || frame <= settings.confirmations else {
            return nil
        }
        return TrackedBox(identity: track.identity, box: track.lastSeen, score: track.score)
    }
}
