/// SORT: Kalman filter and assignment by overlap.
///
/// A. Bewley and others, "Simple online and realtime tracking", 2016. Pairs below the minimum overlap do not take part
/// in the assignment.
public struct SORT: Tracker {
    /// How it tracks.
    public struct Settings: Hashable, Sendable, Codable {
        /// Frames that a track survives without being seen.
        public var maximumAge = 1
        /// Number of consecutive frames in which a track must be seen before it is reported.
        public var confirmations = 3
        /// Minimum overlap of a detection with a track.
        public var minimumOverlap = 0.3

        /// The settings of the paper.
        public init() {}
    }

    private struct Track {
        let identity: Int
        var filter: AreaFilter
        var score: Double
        /// Frames since it was last seen.
        var misses = 0
        /// Number of consecutive frames in which it was seen.
        var streak = 0

        mutating func predict() {
            filter.predict()
            if misses > 0 { streak = 0 }
            misses += 1
        }

        mutating func see(_ detection: Detection) {
            filter.correct(detection.box)
            score = detection.score
            misses = 0
            streak += 1
        }
    }

    private let settings: Settings
    private var tracks: [Track] = []
    private var identities = 0
    private var frame = 0

    /// Makes a new tracker.
    public init(_ settings: Settings = Settings()) { self.settings = settings }

    /// Takes the detections of the next frame, and returns the tracked people.
    public mutating func update(_ detections: [Detection]) -> [TrackedBox] {
        frame += 1
        let boxes = predict()
        let matches = Matrix.overlaps(boxes, detections.map(\.box))
            .admissibleMatches(atLeast: settings.minimumOverlap)
        for match in matches { tracks[match.row].see(detections[match.column]) }
        let matched = Set(matches.map(\.column))
        for index in detections.indices where !matched.contains(index) { begin(detections[index]) }
        tracks.removeAll { $0.misses > settings.maximumAge }
        return tracks.compactMap(told)
    }

    /// Advances all tracks, drops those whose estimate collapsed, and returns where they should be.
    private mutating func predict() -> [Box] {
        for index in tracks.indices { tracks[index].predict() }
        tracks.removeAll { $0.filter.box == nil }
        return tracks.compactMap(\.filter.box)
    }

    private mutating func begin(_ detection: Detection) {
        identities += 1
        tracks.append(Track(identity: identities, filter: AreaFilter(detection.box), score: detection.score))
    }

    private func told(_ track: Track) -> TrackedBox? {
        // In the first frames of a sequence nothing could have been confirmed yet.
        guard track.misses == 0, track.streak >= settings.confirmations || frame <= settings.confirmations,
            let box = track.filter.box
        else { return nil }
        return TrackedBox(identity: track.identity, box: box, score: track.score)
    }
}
