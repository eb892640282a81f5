import Foundation
import Model

extension SpeechSet {
    /// Opens a folder of files named `{class}_{speaker}_{take}.wav`, or its folder `recordings`.
    /// - Parameters:
    ///   - classes: Names of the classes, in the order of their numbers.
    ///   - tests: Takes below this number are the official test.
    static func takes(folder: String, clip: Preset.Clip, classes: [String], tests: Int) throws -> SpeechSet {
        let recordings = "\(folder)/recordings"
        let place = FileManager.default.fileExists(atPath: recordings) ? recordings : folder
        let found = try AudioFolder.files(in: place).map { file in
            guard let recording = recording(named: file, classes: classes, tests: tests) else {
                throw Failure(
                    .corrupt,
                    "'\(place)/\(file)' is not named like a recording of one of the classes "
                        + "\(classes.joined(separator: ", ")): '{class}_{speaker}_{take}.wav'.")
            }
            return (file, recording)
        }
        return SpeechSet(clip: clip, recordings: found.map(\.1)) { index in
            try AudioFolder.samples(of: "\(place)/\(found[index].0)", rate: clip.rate)
        }
    }

    static func recording(named file: String, classes: [String], tests: Int) -> Recording? {
        let parts = file.dropLast(4).split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let label = classes.firstIndex(of: parts[0]), !parts[1].isEmpty,
            let take = Int(parts[2]), take >= 0
        else { return nil }
        return Recording(name: String(file.dropLast(4)), label: label, speaker: parts[1], isTest: take < tests)
    }
}
