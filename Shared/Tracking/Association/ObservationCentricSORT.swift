/// SORT that trusts observations more than its filter, and does not throw detections of low score away.
///
/// Three stages: sure detections by overlap and direction of motion; unsure ones by overlap with the tracks left; sure ones
/// left by overlap with where a track was seen last. A track seen again after a gap has its filter run along the straight
/// way between. J. Cao and others, "Observation-centric SORT", 2023; second stage after Y. Zhang and others, "ByteTrack",
/// 2022.
public struct ObservationCentricSORT: Tracker {
    /// How it tracks.
    public struct Settings: Hashable, Sendable, Codable {
        /// Score from which a detection is sure, and may begin a track.
        public var sureScore = 0.6
        /// Score from which an unsure detection may go on with a track.
        public var unsureScore = 0.1
        /// Frames a track lives without being seen.
        public var maximumAge = 30
        /// Frames in a row in which a track is seen before it is told of.
        public var confirmations = 3
        /// Least overlap of a detection with a track.
        public var minimumOverlap = 0.3
        /// Frames over which the direction of motion is taken.
        public var directionSpan = 3
        /// Weight of the direction of motion beside the overlap.
        public var directionWeight = 0.2

        /// The settings of the papers.
        public init() {}
    }

    private let settings: Settings
    private var tracks: [ObservedTrack] = []
    private var identities = 0
    private var frame = 0

    /// Makes a tracker that has seen nothing.
    public init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Takes what was found in the next frame, and tells who is where.
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

    /// Pairs open tracks with detections, updates them, and leaves in both lists what found no partner.
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
