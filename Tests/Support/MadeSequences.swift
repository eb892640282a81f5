import Foundation

/// A folder with two sequences of people who walk straight on, and what two detectors see of them: one misses little,
/// the other misses a third and sees people where there are none.
public struct MadeSequences: Sendable {
    /// Names of the sequences.
    public static let names = ["MOT16-02", "MOT16-04"]
    /// Frames of each.
    public static let frames = 60
    private static let people = 6

    /// The folder for `$GYRUS_DATA`.
    public let folder: TemporaryDirectory

    /// Writes them.
    public init() throws {
        folder = try TemporaryDirectory()
        for (number, name) in Self.names.enumerated() {
            try write(truth(number), "mot/MOT16/train/\(name)/gt/gt.txt")
            let information = "[Sequence]\nname=\(name)\nseqLength=\(Self.frames)\nimWidth=640\nimHeight=480\n"
            try write(information, "mot/MOT16/train/\(name)/seqinfo.ini")
            try write(detections(number, missingEvery: 11, inventing: false), "mot/detections/keen/\(name).txt")
            try write(detections(number, missingEvery: 3, inventing: true), "mot/detections/dull/\(name).txt")
        }
    }

    /// The environment with which workers find them.
    public var environment: [String: String] { ["GYRUS_DATA": folder.url.path] }

    private func write(_ text: String, _ path: String) throws {
        let file = folder.url.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    private func box(_ person: Int, _ frame: Int, _ sequence: Int) -> (left: Int, top: Int) {
        let step = person.isMultiple(of: 2) ? 3 : -3
        return (320 + step * (frame - 30) + 7 * sequence, 20 + 70 * person)
    }

    private func truth(_ sequence: Int) -> String {
        rows { person, frame in
            let box = box(person, frame, sequence)
            return "\(frame),\(person + 1),\(box.left),\(box.top),30,60,1,1,1"
        }
    }

    private func detections(_ sequence: Int, missingEvery gap: Int, inventing: Bool) -> String {
        let seen = rows { person, frame in
            guard !(frame * 7 + person * 5 + sequence).isMultiple(of: gap) else { return nil }
            let box = box(person, frame, sequence)
            return "\(frame),-1,\(box.left + frame % 3),\(box.top - frame % 2),30,60,0.9"
        }
        let invented = (1...Self.frames).map { "\($0),-1,\($0 * 37 % 600),\($0 * 53 % 400),30,60,0.25\n" }.joined()
        return inventing ? seen + invented : seen
    }

    private func rows(_ row: (Int, Int) -> String?) -> String {
        (1...Self.frames).flatMap { frame in (0..<Self.people).compactMap { row($0, frame) } }
            .map { "\($0)\n" }.joined()
    }
}
