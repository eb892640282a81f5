import ArgumentParser
import Foundation
import Model
import Tracking
import Vision

/// Selects a sequence and its frames.
struct SequenceOptions: ParsableArguments {
    @Option(name: .long, help: "Folder of the sequence, with seqinfo.ini and frames.")
    var sequence: String

    @Option(
        name: .long, help: "Range of frames, such as 1-8 (default: from the first frame to the last one with a file).")
    var range: String?

    /// The contents of `seqinfo.ini`.
    func information() throws -> SequenceInformation {
        try SequenceInformation(contentsOf: "\(sequence)/seqinfo.ini")
    }

    /// The selected frames.
    func frames(of source: FrameSource, _ information: SequenceInformation) throws -> ClosedRange<Int> {
        if let range {
            let numbers = range.split(separator: "-").map { Int($0) ?? 0 }
            guard (1...2).contains(numbers.count), let first = numbers.first, let last = numbers.last, first >= 1,
                first <= last, last <= information.frames
            else {
                throw Failure(
                    .invalidArgument,
                    "'\(range)' is not a range of frames within 1-\(information.frames); write it like 1-8.")
            }
            return first...last
        }
        guard let frames = source.frames(of: information.frames) else {
            throw Failure(
                .notFound, "'\(sequence)' has no frames: there is no '\(sequence)/\(information.imageName(of: 1))'.")
        }
        if frames.upperBound < information.frames {
            say(
                "\(information.name): skipped frames \(frames.upperBound + 1) to \(information.frames), which have no files"
            )
        }
        return frames
    }
}
