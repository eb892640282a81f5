import ArgumentParser
import Foundation
import Model
import Tracking
import Vision

/// A sequence of frames, and which of them.
struct SequenceOptions: ParsableArguments {
    @Option(name: .long, help: "Folder of the sequence, with seqinfo.ini and the frames.")
    var sequence: String

    @Option(name: .long, help: "Frames, such as 1-8 (default: all from the first one whose files are there).")
    var range: String?

    /// What `seqinfo.ini` says.
    func information() throws -> SequenceInformation {
        try SequenceInformation(contentsOf: "\(sequence)/seqinfo.ini")
    }

    /// The frames chosen.
    func frames(of source: FrameSource, _ information: SequenceInformation) throws -> ClosedRange<Int> {
        if let range {
            let numbers = range.split(separator: "-").map { Int($0) ?? 0 }
            guard (1...2).contains(numbers.count), let first = numbers.first, let last = numbers.last, first >= 1,
                first <= last, last <= information.frames
            else {
                throw Failure(
                    .invalidArgument,
                    "'\(range)' is no range of frames within 1-\(information.frames); give one such as 1-8.")
            }
            return first...last
        }
        guard let frames = source.frames(of: information.frames) else {
            throw Failure(
                .notFound, "'\(sequence)' has no frame: there is no '\(sequence)/\(information.imageName(of: 1))'.")
        }
        if frames.upperBound < information.frames {
            say("\(information.name): frames \(frames.upperBound + 1) to \(information.frames) have no files; left out")
        }
        return frames
    }
}
