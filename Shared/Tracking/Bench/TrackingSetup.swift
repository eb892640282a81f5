import Foundation
import Model

/// Everything that turns frames into tracks: a detector, a filter for its detections, and a tracker with its settings.
public struct TrackingSetup: Hashable, Sendable, Codable {
    /// Name of the detector.
    public var detector: String
    /// Which of its detections are used.
    public var filter: DetectionFilter
    /// The tracker with its settings.
    public var tracker: TrackerChoice

    /// Puts a setup together.
    public init(detector: String, filter: DetectionFilter, tracker: TrackerChoice) {
        self.detector = detector
        self.filter = filter
        self.tracker = tracker
    }

    /// Reads a setup from its JSON form.
    /// - Throws: `Failure` with code `invalid-argument` that names the file.
    public init(json: some Sequence<UInt8>, of file: String = "The tracker's setup") throws {
        do {
            self = try JSONDecoder().decode(TrackingSetup.self, from: Data(json))
        } catch {
            throw Failure(
                .invalidArgument, "\(file) is not a tracker setup in the format of 'gyrus result --output': \(error)")
        }
    }

    /// Reads a file with a setup.
    /// - Throws: `Failure` with code `not-found`, or `invalid-argument` that names the file.
    public init(contentsOf path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(.notFound, "There is no file '\(path)' with a tracker setup.")
        }
        try self.init(json: data, of: "'\(path)'")
    }

    /// The canonical JSON of this setup, also readable for people.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
    }
}

extension TrackingSetup: CustomStringConvertible {
    /// A description of its settings.
    public var description: String {
        let common = "\(detector) > \(filter.minimumScore), overlap ≤ \(filter.maximumOverlap); \(tracker.name)"
        switch tracker {
        case .sort(let settings):
            return "\(common), age \(settings.maximumAge), confirmations \(settings.confirmations), overlap ≥ "
                + "\(settings.minimumOverlap)"
        case .deepSORT(let settings):
            return "\(common), age \(settings.maximumAge), confirmations \(settings.confirmations), overlap distance ≤ "
                + "\(settings.maximumOverlapDistance)"
        case .observationCentric(let settings):
            return "\(common), age \(settings.maximumAge), confirmations \(settings.confirmations), overlap ≥ "
                + "\(settings.minimumOverlap), sure \(settings.sureScore), direction \(settings.directionWeight)"
        }
    }
}
