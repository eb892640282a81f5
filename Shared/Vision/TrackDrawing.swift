import Foundation
import Model
public import Tracking

/// The source of the pictures behind tracks.
public enum FrameSource: Hashable, Sendable {
    /// The frames of a sequence in its folder.
    case images(folder: String, SequenceInformation)
    /// An empty canvas, for sequences whose frames are not available.
    case canvas(width: Int, height: Int)

    /// The picture of a frame.
    /// - Throws: `Failure` with code `not-found` that names the missing file.
    public func image(of frame: Int) throws -> Image {
        switch self {
        case .canvas(let width, let height): return try Image(width: width, height: height, color: .canvas)
        case .images(let folder, let information):
            let path = "\(folder)/\(information.imageName(of: frame))"
            guard FileManager.default.fileExists(atPath: path) else {
                throw Failure(
                    .notFound,
                    "Frame \(frame) of \(information.name) is missing: there is no '\(path)'. Choose the frames that "
                        + "exist with --range, or draw on a canvas.")
            }
            return try Image(contentsOf: path)
        }
    }

    /// The frames whose files exist, from the first one up to the first gap; all frames for a canvas.
    public func frames(of count: Int) -> ClosedRange<Int>? {
        guard count > 0 else { return nil }
        guard case .images(let folder, let information) = self else { return 1...count }
        let last = (1...count).prefix {
            FileManager.default.fileExists(atPath: "\(folder)/\(information.imageName(of: $0))")
        }.last
        return last.map { 1...$0 }
    }
}

/// Draws tracks: a box in its own color and a number for every identity.
public struct TrackDrawing: Sendable {
    private let source: FrameSource
    private let rows: [Int: [MOTRow]]

    /// Takes tracks and their background.
    public init(_ tracks: MOTFile, on source: FrameSource) {
        self.source = source
        rows = Dictionary(grouping: tracks.rows, by: \.frame)
    }

    /// The picture of a frame with its boxes.
    public func image(of frame: Int) throws -> Image {
        var image = try source.image(of: frame)
        for row in rows[frame] ?? [] {
            try image.draw(row.box, label: "\(row.identity)", color: Color(ofIdentity: row.identity))
        }
        return image
    }

    /// Writes a picture for each frame, `000001.jpg` and so on.
    public func writeImages(of frames: ClosedRange<Int>, to folder: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw Failure(.invalidArgument, "Cannot create the folder '\(folder)': \(error.systemReason)")
        }
        for frame in frames {
            try image(of: frame).write(to: "\(folder)/\(String(format: "%06d", frame)).jpg")
        }
    }

    /// Writes an MPEG-4 film.
    public func writeFilm(of frames: ClosedRange<Int>, frameRate: Double, to path: String) throws {
        let first = try image(of: frames.lowerBound)
        var film = try Film(path: path, frameRate: frameRate, width: first.width, height: first.height)
        try film.add(first)
        for frame in frames.dropFirst() { try film.add(image(of: frame)) }
    }
}
