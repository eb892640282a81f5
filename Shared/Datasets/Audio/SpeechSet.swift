import Foundation
import Media
import Model

/// Recordings of spoken classes.
struct SpeechSet: Sendable {
    /// Samples per second of all audio that Gyrus prepares.
    static let rate = 8000

    /// One recording.
    struct Recording: Sendable, Hashable {
        let name: String
        let label: UInt8
        let speaker: String
        /// Whether the authors of the set reserve it for test.
        let isTest: Bool
    }

    /// Sorted by name, so that the order in which a folder lists its files does not matter.
    let recordings: [Recording]
    /// The samples of a recording.
    let samples: @Sendable (_ index: Int) throws -> [Float]

    /// Opens the set with a given name.
    static func named(_ name: String, locator: DataLocator, seed: UInt64) throws -> SpeechSet {
        switch name {
        case "fsdd": try .freeSpokenDigits(folder: locator.folder(of: name))
        case "synthetic-tones": .syntheticTones(seed: seed)
        default: throw Failure(.invalidArgument, "Gyrus has no reader for the speech set '\(name)'.")
        }
    }

    /// Opens the Free Spoken Digit Dataset: files named `{digit}_{speaker}_{index}.wav`, of which those with index 0
    /// to 4 are the official test.
    static func freeSpokenDigits(folder: String) throws -> SpeechSet {
        let recordings = "\(folder)/recordings"
        let place = FileManager.default.fileExists(atPath: recordings) ? recordings : folder
        let found = try AudioFolder.files(in: place).map { file in
            guard let recording = recording(named: file) else {
                throw Failure(
                    .corrupt,
                    "'\(place)/\(file)' is not named like a recording of a digit: '{digit}_{speaker}_{index}.wav'."
                )
            }
            return (file, recording)
        }
        return SpeechSet(recordings: found.map(\.1)) { index in
            try AudioFolder.samples(of: "\(place)/\(found[index].0)")
        }
    }

    static func recording(named file: String) -> Recording? {
        let parts = file.dropLast(4).split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, let digit = UInt8(parts[0]), digit < 10, !parts[1].isEmpty, let index = Int(parts[2]),
            index >= 0
        else { return nil }
        return Recording(
            name: String(file.dropLast(4)), label: digit, speaker: String(parts[1]), isTest: index < 5)
    }
}

/// Lists and reads the recordings of a folder.
enum AudioFolder {
    /// The samples of a recording at the rate of all audio that Gyrus prepares.
    /// - Throws: `Failure` naming the file.
    static func samples(of path: String) throws -> [Float] {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw Failure(.notFound, "Cannot read '\(path)': \(error.systemReason)")
        }
        do {
            let sound = try Sound(decoding: bytes)
            guard sound.rate == SpeechSet.rate else {
                throw Failure(
                    .corrupt, "\(sound.rate) samples per second, but \(SpeechSet.rate) are required; resample it first")
            }
            return sound.samples
        } catch let failure as Failure {
            throw Failure(.corrupt, "'\(path)' is not a readable recording: \(failure.message).")
        }
    }

    static func files(in folder: String) throws -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw Failure(.notFound, "Cannot read the folder '\(folder)': \(error.systemReason)")
        }
        // Hidden files, such as the `._NAME.wav` that macOS leaves on other file systems, are not recordings.
        let files = names.filter { $0.hasSuffix(".wav") && !$0.hasPrefix(".") }.sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        guard !files.isEmpty else { throw Failure(.notFound, "The folder '\(folder)' holds no .wav files.") }
        return files
    }
}
