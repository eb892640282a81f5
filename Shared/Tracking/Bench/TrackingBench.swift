import Model

/// Sequences with their ground truth and the cached detections of several detectors, on which setups are measured.
public struct TrackingBench: Sendable {
    /// A sequence of frames with its ground truth and detections.
    public struct Sequence: Sendable {
        /// Name of its folder, such as `MOT17-02`.
        public let name: String
        /// Its length and size.
        public let information: SequenceInformation
        let truth: MOTFile
        let rules: EvaluationRules
        let detections: [String: MOTFile]
    }

    /// The sequences in the order of their names.
    public let sequences: [Sequence]
    /// Names of the detectors.
    public let detectors: [String]
    /// Repairs that were made in the files.
    public let repairs: [String]

    /// Names of the sequences.
    public var names: [String] { sequences.map(\.name) }

    /// Reads the sequences for which every detector has detections.
    /// - Parameters:
    ///   - truth: Ground truth.
    ///   - detections: Detections by the names of detectors.
    ///   - limit: Number of frames used from the start of each sequence; nil for all.
    /// - Throws: `Failure` if a file cannot be used, or there is no such sequence.
    public init(truth: MOTFolder, detections: [String: MOTFolder], frames limit: Int? = nil) throws {
        let sequences = try truth.sequences.compactMap { name in
            try Sequence(name, truth: truth, detections: detections, frames: limit)
        }
        guard !sequences.isEmpty else {
            throw Failure(
                .notFound,
                "No sequence of '\(truth.path)' (\(truth.sequences.joined(separator: ", "))) has detections of all of "
                    + "\(detections.keys.sorted().joined(separator: ", ")).")
        }
        self.init(sequences, detectors: detections.keys.sorted())
    }

    init(_ sequences: [Sequence], detectors: [String]) {
        self.sequences = sequences
        self.detectors = detectors
        repairs = sequences.flatMap { sequence in
            sequence.detections.sorted { $0.key < $1.key }.flatMap(\.value.repairs)
        }
    }

    /// The scores of a setup.
    /// - Parameter names: The sequences, which the row `OVERALL` combines.
    /// - Throws: `Failure` if detections go beyond the ground truth.
    public func evaluate(_ setup: TrackingSetup, on names: Set<String>) async throws -> Evaluation {
        let rows = try await withThrowingTaskGroup(of: Evaluation.Row.self) { group in
            for sequence in sequences where names.contains(sequence.name) {
                group.addTask {
                    try Task.checkCancellation()
                    return Evaluation.Row(sequence: sequence.name, score: try sequence.score(setup))
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return Evaluation(rows.sorted { $0.sequence < $1.sequence })
    }
}

extension TrackingBench.Sequence {
    /// Reads a sequence; nil if a detector has no detections for it.
    fileprivate init?(_ name: String, truth: MOTFolder, detections: [String: MOTFolder], frames limit: Int?) throws {
        let names = detections.compactMapValues { $0.sequence(like: name) }
        guard names.count == detections.count, !names.isEmpty else { return nil }
        let file = try truth.file(of: name).limited(to: limit)
        var found: [String: MOTFile] = [:]
        for (detector, folder) in detections {
            found[detector] = try folder.file(of: names[detector] ?? name).limited(to: limit)
        }
        var information = try truth.information(of: name) ?? SequenceInformation(showing: file, name: name)
        information.frames = min(information.frames, limit ?? .max)
        self.init(name, information, truth: file, detections: found)
    }

    init(_ name: String, _ information: SequenceInformation, truth: MOTFile, detections: [String: MOTFile]) {
        self.init(
            name: name, information: information, truth: truth, rules: .fitting(truth, sequence: name),
            detections: detections)
    }

    /// The tracks that a setup produces for the sequence.
    /// - Throws: `Failure` if there are no detections from its detector.
    public func tracks(by setup: TrackingSetup) throws -> MOTFile {
        guard let detections = detections[setup.detector] else {
            throw Failure(
                .notFound,
                "There are no detections of '\(setup.detector)' for \(name), only of "
                    + "\(detections.keys.sorted().joined(separator: ", ")).")
        }
        return detections.tracked(frames: information.frames, filter: setup.filter, by: setup.tracker)
    }

    fileprivate func score(_ setup: TrackingSetup) throws -> TrackingScore {
        TrackingScore(
            try TrackingPair(truth: truth, results: try tracks(by: setup), rules: rules, frames: information.frames))
    }
}

extension SequenceInformation {
    /// The information for a sequence without `seqinfo.ini`: its length and size follow from the boxes in it.
    fileprivate init(showing file: MOTFile, name: String) {
        let (right, bottom) = file.rows.reduce((1.0, 1.0)) {
            (max($0.0, $1.box.left + $1.box.width), max($0.1, $1.box.top + $1.box.height))
        }
        self.init(name: name, frames: max(1, file.lastFrame), width: Int(right), height: Int(bottom))
    }
}
