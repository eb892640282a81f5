import Foundation
import Model
import Safetensors

/// Sequences with their text files combined in one file: the data of a search, or the resulting tracks.
///
/// A safetensors file whose tensors hold the texts byte by byte, named `SEQUENCE/NAME`, and whose metadata holds the
/// length and size of each sequence. The texts are unchanged, so errors in them are reported as in the original file.
public struct TrackingArchive: Sendable {
    /// A sequence of frames with the texts about it.
    public struct Sequence: Sendable {
        /// Its length and size.
        public var information: SequenceInformation
        /// Texts in MOTChallenge's format by their names.
        public var texts: [String: [UInt8]]
    }

    /// Name of the text with the ground truth.
    static let truth = "truth"
    /// Prefix of the names of texts with detections, followed by the detector's name.
    static let detections = "detections/"
    /// Name of the text with tracks.
    static let tracks = "tracks"
    private static let format = "gyrus-tracking-1"

    /// The sequences in the order of their names.
    public let sequences: [Sequence]

    /// Takes the files that a bench was read from.
    /// - Throws: `Failure` if one is gone.
    public init(_ bench: TrackingBench) throws {
        func text(_ path: String) throws -> [UInt8] {
            guard let data = FileManager.default.contents(atPath: path) else {
                throw Failure(.notFound, "'\(path)' no longer exists.")
            }
            return Array(data)
        }
        sequences = try bench.sequences.map { sequence in
            var texts = [Self.truth: try text(sequence.truth.path)]
            for (detector, file) in sequence.detections { texts[Self.detections + detector] = try text(file.path) }
            var information = sequence.information
            information.name = sequence.name
            return Sequence(information: information, texts: texts)
        }
    }

    /// Takes tracks.
    public init(tracks: [(information: SequenceInformation, file: MOTFile)]) {
        sequences = tracks.map {
            Sequence(information: $0.information, texts: [Self.tracks: Array($0.file.text.utf8)])
        }
    }

    /// Opens a file.
    /// - Throws: `Failure` with code `corrupt` if it is not such a file.
    public init(opening path: String) throws {
        let file = try SafetensorsFile(opening: path)
        guard file.metadata["format"] == Self.format else {
            throw Failure(.corrupt, "'\(path)' holds no sequences: its format is not \(Self.format).")
        }
        var texts: [String: [String: [UInt8]]] = [:]
        for entry in file.entries {
            let parts = entry.name.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw Failure(.corrupt, "'\(path)' holds the unknown entry '\(entry.name)'.")
            }
            texts[parts[0], default: [:]][parts[1]] = try file.elements(of: entry.name)
        }
        sequences = try texts.sorted { $0.key < $1.key }.map { name, texts in
            guard let text = file.metadata[name],
                let information = try? JSONDecoder().decode(SequenceInformation.self, from: Data(text.utf8))
            else { throw Failure(.corrupt, "'\(path)' does not give the length and size of '\(name)'.") }
            return Sequence(information: information, texts: texts)
        }
    }

    /// Writes a file, all or nothing; the same content gives the same bytes.
    public func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var metadata = ["format": Self.format]
        var tensors: [Tensor] = []
        for sequence in sequences {
            let name = sequence.information.name
            metadata[name] = String(decoding: try encoder.encode(sequence.information), as: UTF8.self)
            tensors += try sequence.texts.map { try Tensor("\(name)/\($0)", shape: [$1.count], $1) }
        }
        try SafetensorsFile.write(tensors, metadata: metadata, to: path)
    }
}

extension TrackingBench {
    /// Takes the sequences of an archive.
    /// - Throws: `Failure` with code `corrupt` that names the text and its line.
    public init(_ archive: TrackingArchive) throws {
        var detectors: Set<String> = []
        let sequences = try archive.sequences.map { sequence in
            let name = sequence.information.name
            let limit = sequence.information.frames
            var detections: [String: MOTFile] = [:]
            for (key, text) in sequence.texts where key.hasPrefix(TrackingArchive.detections) {
                let detector = String(key.dropFirst(TrackingArchive.detections.count))
                detections[detector] = try MOTFile(text, path: "\(name)/\(key)", as: .detections).limited(to: limit)
                detectors.insert(detector)
            }
            let truth = try MOTFile(
                sequence.texts[TrackingArchive.truth] ?? [], path: "\(name)/truth", as: .groundTruth)
            return Sequence(name, sequence.information, truth: truth.limited(to: limit), detections: detections)
        }
        self.init(sequences, detectors: detectors.sorted())
    }
}

extension TrackingArchive {
    /// The tracks of its sequences.
    /// - Throws: `Failure` with code `corrupt` that names the sequence and the line.
    public func tracks() throws -> [(information: SequenceInformation, file: MOTFile)] {
        try sequences.compactMap { sequence in
            guard let text = sequence.texts[Self.tracks] else { return nil }
            let path = "\(sequence.information.name).txt"
            return (sequence.information, try MOTFile(text, path: path, as: .results))
        }
    }
}
