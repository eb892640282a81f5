import Model
public import Tracking

/// Sequences with their ground truth and the cached detections of several detectors, on which candidates are measured.
public struct TrackingBench: Sendable {
    /// A sequence.
    struct Sequence: Sendable {
        let name: String
        let frames: Int
        let truth: MOTFile
        let rules: EvaluationRules
        let detections: [String: MOTFile]
    }

    private let sequences: [Sequence]
    /// Names of the detectors.
    public let detectors: [String]
    /// What was repaired in the files.
    public let repairs: [String]

    /// Names of the sequences.
    public var names: [String] { sequences.map(\.name) }

    /// Reads the sequences for which every detector has detections.
    /// - Parameters:
    ///   - truth: Ground truth.
    ///   - detections: Detections by the names of detectors.
    ///   - limit: How many frames of each sequence count, from the first one on; nil for all.
    /// - Throws: `Failure` where a file cannot be used, or there is no such sequence.
    public init(truth: MOTFolder, detections: [String: MOTFolder], frames limit: Int? = nil) throws {
        detectors = detections.keys.sorted()
        var sequences: [Sequence] = []
        var repairs: [String] = []
        for name in truth.sequences {
            let names = detections.compactMapValues { $0.sequence(like: name) }
            guard names.count == detections.count, !names.isEmpty else { continue }
            let file = try truth.file(of: name).limited(to: limit)
            var found: [String: MOTFile] = [:]
            for (detector, folder) in detections {
                let cached = try folder.file(of: names[detector] ?? name).limited(to: limit)
                repairs += cached.repairs
                found[detector] = cached
            }
            let frames = min(try truth.information(of: name)?.frames ?? file.lastFrame, limit ?? .max)
            sequences.append(
                Sequence(
                    name: name, frames: frames, truth: file, rules: .fitting(file, sequence: name), detections: found))
        }
        guard !sequences.isEmpty else {
            throw Failure(
                .notFound,
                "No sequence of '\(truth.path)' (\(truth.sequences.joined(separator: ", "))) has detections of all of "
                    + "\(detectors.joined(separator: ", ")).")
        }
        self.sequences = sequences
        self.repairs = repairs
    }

    /// The scores of a candidate.
    /// - Parameter names: Which sequences, and in their row `OVERALL`.
    /// - Throws: `Failure` where detections go beyond the ground truth.
    public func evaluate(_ candidate: TrackingSpace.Candidate, on names: Set<String>) async throws -> Evaluation {
        let rows = try await withThrowingTaskGroup(of: Evaluation.Row.self) { group in
            for sequence in sequences where names.contains(sequence.name) {
                group.addTask { Evaluation.Row(sequence: sequence.name, score: try sequence.score(candidate)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return Evaluation(rows.sorted { $0.sequence < $1.sequence })
    }
}

extension TrackingBench.Sequence {
    /// Tracks the candidate's detections and scores the tracks.
    fileprivate func score(_ candidate: TrackingSpace.Candidate) throws -> TrackingScore {
        guard let detections = detections[candidate.detector] else {
            throw Failure(.notFound, "There are no detections of '\(candidate.detector)'.")
        }
        let tracks = detections.tracked(frames: frames, filter: candidate.filter, by: candidate.tracker)
        return TrackingScore(try TrackingPair(truth: truth, results: tracks, rules: rules, frames: frames))
    }
}
