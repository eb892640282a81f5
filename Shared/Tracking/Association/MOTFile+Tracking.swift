import Foundation
import Model

extension MOTFile {
    /// Tracks the detections of a file through the frames of its sequence.
    /// - Parameters:
    ///   - frames: Length of the sequence; frames without detections count, since tracks age in them.
    ///   - filter: Which detections are used.
    ///   - choice: The tracker.
    ///   - path: Name of the result for messages.
    public func tracked(
        frames: Int? = nil, filter: DetectionFilter = DetectionFilter(), by choice: TrackerChoice,
        path: String = "tracks"
    ) -> MOTFile {
        let detections = Dictionary(grouping: rows, by: \.frame)
        var tracker = choice.tracker()
        var tracks: [MOTRow] = []
        for frame in 1...max(frames ?? lastFrame, 1) {
            let found = filter((detections[frame] ?? []).map { Detection(box: $0.box, score: $0.confidence) })
            tracks += tracker.update(found).map { MOTRow(frame: frame, $0) }
        }
        return MOTFile(path: path, rows: tracks, repairs: [])
    }

    /// Makes a file from rows in the order of frames.
    public init(path: String, tracks: [MOTRow]) { self.init(path: path, rows: tracks, repairs: []) }

    /// The rows in MOTChallenge's format for results, one line each.
    public var text: String {
        rows.map { row in
            let numbers = [row.box.left, row.box.top, row.box.width, row.box.height].map { String(format: "%.2f", $0) }
            let score = String(format: "%.4f", row.confidence)
            return "\(row.frame),\(row.identity),\(numbers.joined(separator: ",")),\(score),-1,-1,-1\n"
        }.joined()
    }

    /// Writes the rows in MOTChallenge's format for results; creates the folder if it is missing.
    public func write(to path: String) throws {
        do {
            try FileManager.default.createDirectory(
                at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw Failure(.invalidArgument, "Cannot write '\(path)': \(error.systemReason)")
        }
    }
}

extension MOTRow {
    /// Makes the row of a tracked box.
    public init(frame: Int, _ box: TrackedBox) {
        self.init(frame: frame, identity: box.identity, box: box.box, confidence: box.score)
    }
}
