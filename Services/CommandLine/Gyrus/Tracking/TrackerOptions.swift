import ArgumentParser
import Model
import Tracking

/// Selects the tracker, its settings and its detections.
struct TrackerOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "Tracker: sort, oc-sort or deep-sort (default: deep-sort if appearance is known, else sort).")
    var tracker: String?

    @Option(name: .long, help: "Minimum detection score (default: no minimum).")
    var minimumScore: Double?

    @Option(name: .long, help: "Minimum detection height in pixels.")
    var minimumHeight = 0.0

    @Option(name: .long, help: "Maximum overlap of two detections; 1 keeps all.")
    var maximumOverlap = 1.0

    @Option(name: .long, help: "Frames that a track survives without a detection (default: as in the tracker's paper).")
    var maximumAge: Int?

    @Option(name: .long, help: "Frames with a detection before a track is reported.")
    var confirmations: Int?

    @Option(name: .long, help: "Minimum overlap of a detection with a track.")
    var minimumTrackOverlap: Double?

    @Option(name: .long, help: "oc-sort: minimum score of a detection to start a track.")
    var sureScore: Double?

    @Option(name: .long, help: "deep-sort: maximum cosine distance of appearances.")
    var maximumAppearanceDistance: Double?

    /// The filter for detections.
    var filter: DetectionFilter {
        DetectionFilter(
            minimumScore: minimumScore ?? -.infinity, minimumHeight: minimumHeight, maximumOverlap: maximumOverlap)
    }

    func validate() throws {
        for (name, value) in [("maximum-age", maximumAge), ("confirmations", confirmations)] {
            if let value, !(1...TrackerChoice.greatestAge).contains(value) {
                throw ValidationError("--\(name) must be from 1 to \(TrackerChoice.greatestAge), not \(value).")
            }
        }
        if let overlap = minimumTrackOverlap, !(0...1).contains(overlap) {
            throw ValidationError("--minimum-track-overlap must be from 0 to 1, not \(overlap).")
        }
    }

    /// The tracker with the given settings.
    /// - Parameter knowsLooks: Whether detections have appearance features. For boxes alone, SORT is the best of the three
    ///   on MOT15's training sequences, and deep-sort the worst.
    func choice(knowsLooks: Bool) throws -> TrackerChoice {
        let tracker = tracker ?? (knowsLooks ? "deep-sort" : "sort")
        guard let choice = TrackerChoice.defaults.first(where: { $0.name == tracker }) else {
            let names = TrackerChoice.defaults.map(\.name)
            throw Failure(
                .invalidArgument,
                "there is no tracker '\(tracker)'; use one of \(names.joined(separator: ", "))."
                    + NearestName.question(tracker, among: names))
        }
        switch choice {
        case .sort(var settings):
            settings.maximumAge = maximumAge ?? settings.maximumAge
            settings.confirmations = confirmations ?? settings.confirmations
            settings.minimumOverlap = minimumTrackOverlap ?? settings.minimumOverlap
            return .sort(settings)
        case .deepSORT(var settings):
            settings.maximumAge = maximumAge ?? settings.maximumAge
            settings.confirmations = confirmations ?? settings.confirmations
            settings.maximumOverlapDistance = minimumTrackOverlap.map { 1 - $0 } ?? settings.maximumOverlapDistance
            settings.maximumAppearanceDistance = maximumAppearanceDistance ?? settings.maximumAppearanceDistance
            return .deepSORT(settings)
        case .observationCentric(var settings):
            settings.maximumAge = maximumAge ?? settings.maximumAge
            settings.confirmations = confirmations ?? settings.confirmations
            settings.minimumOverlap = minimumTrackOverlap ?? settings.minimumOverlap
            settings.sureScore = sureScore ?? settings.sureScore
            return .observationCentric(settings)
        }
    }
}
