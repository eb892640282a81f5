import ArgumentParser

/// Follows people through sequences.
struct Track: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow people through image sequences: detect, associate, draw, search.",
        subcommands: [TrackFrames.self, TrackRun.self, TrackDraw.self, TrackDetectors.self, TrackSearch.self])
}
