import Foundation
import Media
import Model

/// Lists and reads the recordings of a folder.
enum AudioFolder {
    /// The samples of a recording.
    /// - Parameter rate: The samples per second that it must have.
    /// - Throws: `Failure` naming the file.
    static func samples(of path: String, rate: Int) throws -> [Float] {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw Failure(.notFound, "Cannot read '\(path)': \(error.systemReason)")
        }
        do {
            let sound = try Sound(decoding: bytes)
            guard sound.rate == rate else {
                throw Failure(
                    .corrupt, "\(sound.rate) samples per second, but \(rate) are required; resample it first")
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
