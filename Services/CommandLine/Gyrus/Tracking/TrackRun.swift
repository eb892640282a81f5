import ArgumentParser
import Foundation
import Model
import Tracking

/// Tracks cached detections.
struct TrackRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Assign identities to the detections of whole sequences.",
        discussion: """
            The detections of a sequence S are in DIR/S/det/det.txt or DIR/S.txt, in MOTChallenge's format. Identities in \
            them are ignored, so the output of another tracker works too. The tracks are written to OUTPUT/S.txt.

              gyrus track run --detections MOT17/train --tracker oc-sort --output tracks
              gyrus track run --detections DIR --setup found.json --output tracks
            """)

    @Option(name: .long, help: "Folder with detections.")
    var detections: String

    @Option(name: .long, help: "Detections folder within each sequence's folder, such as det-acf (default: det).")
    var part: String?

    @Option(name: .long, help: "Folder for the tracks.")
    var output: String

    @Option(name: .long, help: "Folder with ground truth; if given, the scores are printed.")
    var gt: String?

    @Option(name: .long, help: "Sequences, separated by commas (default: all with detections).")
    var sequences: String?

    @Option(
        name: .long,
        help: "Setup file with filter and tracker, from 'gyrus result --output', instead of the options below.")
    var setup: String?

    @OptionGroup(title: "Tracker") var tracker: TrackerOptions
    @OptionGroup var list: ListOptions

    func run() throws {
        let folder = try MOTFolder(detections, of: .detections, part: part)
        let truth = try gt.map { try MOTFolder($0, of: .groundTruth) }
        let found = try setup.map { try TrackingSetup(contentsOf: $0) }
        let (choice, filter) = (
            try found?.tracker ?? tracker.choice(knowsLooks: false), found?.filter ?? tracker.filter
        )
        if case .deepSORT = choice {
            say("deep-sort uses motion alone here, because cached detections have no appearance features.")
        }
        let names = SequenceNames(sequences).names ?? folder.sequences
        for name in names {
            let file = try folder.file(of: name)
            file.repairs.forEach { say("repaired: \($0)") }
            let frames = try folder.information(of: name)?.frames ?? truth?.information(of: name)?.frames
            let tracks = file.tracked(frames: frames, filter: filter, by: choice, path: "\(output)/\(name).txt")
            try tracks.write(to: tracks.path)
            say("\(name): \(tracks.rows.count) boxes of \(Set(tracks.rows.map(\.identity)).count) identities")
        }
        guard let truth else { return }
        let evaluation = try Evaluation(of: MOTFolder(output, of: .results), against: truth, sequences: names)
        try list.render(evaluation.rows.map(TrackingScoreRow.init))
    }
}
