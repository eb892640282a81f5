import ArgumentParser

/// Tracks people in image sequences.
struct Track: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Track people in image sequences: detect, associate, draw, search.",
        subcommands: [TrackFrames.self, TrackRun.self, TrackDraw.self, TrackDetectors.self, TrackSearch.self])
}
