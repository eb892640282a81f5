import ArgumentParser
import Foundation
import Model
import Tracking
import Vision

/// Lists the detectors.
struct TrackDetectors: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detectors",
        abstract: "List the detectors: which ones can run here, and how to add the others.")

    @Option(name: .long, help: "Folder with detectors (default: `detectors` in $GYRUS_DATA or ../shared/data).")
    var detectors: String?

    @OptionGroup var list: ListOptions

    func run() throws {
        let folder = detectors ?? (try? DataLocator().folder(of: "detectors")) ?? "detectors"
        let known = KnownDetector.all.map { DetectorRow($0, folder: folder) }
        try list.render(known.sorted { ($0.code, $0.name) < ($1.code, $1.name) })
    }
}

/// A row of the list of detectors.
struct DetectorRow: Listable {
    let code, kind, name: String
    let obstacle: String?

    init(_ detector: KnownDetector, folder: String) {
        code = detector.kind.code
        kind = detector.kind.title
        name = detector.name
        obstacle = detector.obstacle(in: folder)
    }

    static let columns = ["CODE", "KIND", "NAME", "STATE"]
    var row: [String] { [code, kind, name, obstacle.map { "not here: \($0)" } ?? "ready"] }
}
