import Foundation
import Model

/// The information in a sequence's `seqinfo.ini`.
public struct SequenceInformation: Hashable, Sendable, Codable {
    /// Its name, such as `MOT17-02-FRCNN`.
    public var name: String
    /// Number of frames.
    public var frames: Int
    /// Frames per second.
    public var frameRate: Double
    /// Width of a frame in pixels.
    public var width: Int
    /// Height of a frame in pixels.
    public var height: Int
    /// Folder of the frames within the sequence's folder.
    public var imageFolder: String
    /// File name extension of the frames, such as `.jpg`.
    public var imageExtension: String

    /// Default frames per second.
    public static let usualFrameRate = 30.0

    /// Makes it from its parts.
    public init(
        name: String, frames: Int, frameRate: Double = usualFrameRate, width: Int, height: Int,
        imageFolder: String = "img1", imageExtension: String = ".jpg"
    ) {
        self.name = name
        self.frames = frames
        self.frameRate = frameRate
        self.width = width
        self.height = height
        self.imageFolder = imageFolder
        self.imageExtension = imageExtension
    }

    /// Reads a file.
    /// - Throws: `Failure` with code `not-found`, or `corrupt` with the file and what it lacks.
    public init(contentsOf path: String) throws {
        guard let text = FileManager.default.contents(atPath: path).map({ String(decoding: $0, as: UTF8.self) }) else {
            throw Failure(.notFound, "There is no file '\(path)' with the length and the size of the sequence.")
        }
        var values: [String: String] = [:]
        for line in text.trimmingPrefix("\u{FEFF}").split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2 { values[parts[0].lowercased()] = parts[1] }
        }
        func count(_ key: String) throws -> Int {
            guard let value = values[key.lowercased()].flatMap(Int.init), value > 0 else {
                throw Failure(.corrupt, "\(path): '\(key)=' with a whole number above 0 is missing.")
            }
            return value
        }
        let folder = URL(filePath: path).deletingLastPathComponent().lastPathComponent
        self.init(
            name: values["name"] ?? folder, frames: try count("seqLength"),
            frameRate: values["framerate"].flatMap(Double.init) ?? Self.usualFrameRate, width: try count("imWidth"),
            height: try count("imHeight"), imageFolder: values["imdir"] ?? "img1",
            imageExtension: values["imext"] ?? ".jpg")
    }

    /// Name of a frame's file, such as `img1/000001.jpg`.
    public func imageName(of frame: Int) -> String {
        let digits = String(frame)
        return "\(imageFolder)/\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)\(imageExtension)"
    }
}
