import ArgumentParser
import Foundation
import Model
import Tracking
import Vision

/// The full pipeline on frames: detect, describe, associate.
struct TrackFrames: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "frames", abstract: "Detect and track people in the frames of a sequence.",
        discussion: """
              gyrus track frames --sequence MOT17/train/MOT17-04-FRCNN \\
                --detector yolox-nano --appearance osnet.onnx --output tracks.txt

            'gyrus track detectors' lists the detectors. For your own detector, give its file and layout: darknet (a .weights \
            file with the .cfg next to it), yolox or fastestdet (ONNX), or torchscript (takes a list of images or a batch of \
            one, and returns boxes, scores and labels like torchvision's detectors):

              gyrus track frames --sequence S --detector ./mine.onnx --layout yolox \\
                --side 640 --output tracks.txt

            Without --appearance the tracker uses motion alone.
            """)

    @OptionGroup var frames: SequenceOptions

    @Option(name: .long, help: "Name of a detector, or its file with --layout.")
    var detector: String

    @Option(name: .long, help: "Layout of your own detector: darknet, yolox, fastestdet or torchscript.")
    var layout: String?

    @Option(name: .long, help: "Width and height of the detector's input (default: depends on the layout).")
    var side: Int?

    @Option(name: .long, help: "Index of the person class, from 0 (default: 0, or 1 for torchscript).")
    var personClass: Int?

    @Option(name: .long, help: "Folder with detectors (default: `detectors` in $GYRUS_DATA or ../shared/data).")
    var detectors: String?

    @Option(name: .long, help: "ONNX file of a re-identification network for 128×256 crops, such as OSNet.")
    var appearance: String?

    @Option(name: .long, help: "File for the tracks.")
    var output: String

    @Option(name: .long, help: "Also write the detections to this file.")
    var detectionsOutput: String?

    @OptionGroup(title: "Tracker") var tracker: TrackerOptions

    func run() throws {
        let information = try frames.information()
        let source = FrameSource.images(folder: frames.sequence, information)
        let range = try frames.frames(of: source, information)
        let detector = try openDetector()
        let appearance = try appearance.map { try AppearanceNetwork($0) }
        var associator = try tracker.choice(knowsLooks: appearance != nil).tracker()
        var tracks: [MOTRow] = []
        var found: [MOTRow] = []
        for frame in range {
            let image = try source.image(of: frame)
            var detections = tracker.filter(try detector.detect(in: image))
            found += detections.map { MOTRow(frame: frame, box: $0.box, confidence: $0.score) }
            if let appearance { detections = try appearance.describing(detections, in: image) }
            let boxes = associator.update(detections)
            tracks += boxes.map { MOTRow(frame: frame, $0) }
            say("frame \(frame): \(detections.count) detections, \(boxes.count) tracks")
        }
        try MOTFile(path: output, tracks: tracks).write(to: output)
        if let detectionsOutput { try MOTFile(path: detectionsOutput, tracks: found).write(to: detectionsOutput) }
        emit("\(output): \(tracks.count) boxes of \(Set(tracks.map(\.identity)).count) identities")
    }

    private func openDetector() throws -> any Detector {
        guard let layout else {
            let folder = try detectors ?? DataLocator().folder(of: "detectors")
            return try KnownDetector.named(detector).open(in: folder, score: tracker.minimumScore)
        }
        if layout == HelperDetector.layout {
            return try HelperDetector(detector, category: personClass, score: tracker.minimumScore)
        }
        guard let known = DetectorLayout(rawValue: layout) else {
            let names = DetectorLayout.allCases.map(\.rawValue) + [HelperDetector.layout]
            throw Failure(
                .invalidArgument,
                "there is no layout '\(layout)'; use one of \(names.joined(separator: ", "))."
                    + NearestName.question(layout, among: names))
        }
        return try known.open(detector, side: side, category: personClass ?? 0, score: tracker.minimumScore)
    }
}
