import ArgumentParser
import Model
import Tracking

/// Which tracker, how it is set, and which detections it gets.
struct TrackerOptions: ParsableArguments {
    @Option(
        name: .long,
        help: "The tracker: sort, oc-sort or deep-sort (default: deep-sort where looks are known, else sort).")
    var tracker: String?

    @Option(name: .long, help: "Lowest score of a detection (default: all are used).")
    var minimumScore: Double?

    @Option(name: .long, help: "Least height of a detection in pixels.")
    var minimumHeight = 0.0

    @Option(name: .long, help: "Greatest overlap of two detections; 1 keeps all.")
    var maximumOverlap = 1.0

    @Option(name: .long, help: "Frames a track lives without being seen (default: as in the tracker's paper).")
    var maximumAge: Int?

    @Option(name: .long, help: "Frames in which a track must be seen before it is reported.")
    var confirmations: Int?

    @Option(name: .long, help: "Least overlap of a detection with a track.")
    var minimumTrackOverlap: Double?

    @Option(name: .long, help: "oc-sort: score from which a detection may begin a track.")
    var sureScore: Double?

    @Option(name: .long, help: "deep-sort: greatest cosine distance of appearances.")
    var maximumAppearanceDistance: Double?

    /// Which detections the tracker gets.
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

    /// The tracker with the settings that were given.
    /// - Parameter knowsLooks: Whether detections have an appearance. Where they are boxes alone, SORT is the best of the three
    ///   on MOT15's training sequences, and deep-sort the worst.
    func choice(knowsLooks: Bool) throws -> TrackerChoice {
        let tracker = tracker ?? (knowsLooks ? "deep-sort" : "sort")
        guard let choice = TrackerChoice.defaults.first(where: { $0.name == tracker }) else {
            let names = TrackerChoice.defaults.map(\.name)
            throw Failure(
                .invalidArgument,
                "there is no tracker '\(tracker)'; there are \(names.joined(separator: ", "))."
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
