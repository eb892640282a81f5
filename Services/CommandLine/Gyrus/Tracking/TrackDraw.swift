import ArgumentParser
import Foundation
import Model
import Tracking
import Vision

struct TrackDraw: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "draw", abstract: "Draw tracks on the frames of a sequence, or on an empty canvas.",
        discussion: """
              gyrus track draw --sequence MOT17/train/S --tracks S.txt --output x.mp4
              gyrus track draw --sequence MOT17/train/S --tracks S.txt --canvas --output x

            An output name that ends in .mp4 makes a video; any other name is a folder of images.
            """)

    @OptionGroup var frames: SequenceOptions

    @Option(name: .long, help: "File with tracks, ground truth or detections.")
    var tracks: String

    @Flag(name: .long, help: "Draw on an empty canvas, for sequences without frame files.")
    var canvas = false

    @Option(name: .long, help: "Video file (.mp4), or folder for images.")
    var output: String

    func run() throws {
        let information = try frames.information()
        let source: FrameSource =
            canvas
            ? .canvas(width: information.width, height: information.height)
            : .images(folder: frames.sequence, information)
        let file = try MOTFile(contentsOf: tracks, as: .results)
        file.repairs.forEach { say("repaired: \($0)") }
        let range = try frames.frames(of: source, information)
        let drawing = TrackDrawing(file, on: source)
        if output.lowercased().hasSuffix(".mp4") {
            try drawing.writeFilm(of: range, frameRate: information.frameRate, to: output)
        } else {
            try drawing.writeImages(of: range, to: output)
        }
        emit("\(output): \(range.count) frames")
    }
}
