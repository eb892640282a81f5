import ArgumentParser

/// Follows people through sequences.
struct Track: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow people through image sequences: detect, associate, draw, search.",
        subcommands: [TrackFrames.self, TrackRun.self, TrackDraw.self, TrackDetectors.self])
}
