import ArgumentParser
import Foundation
import Model
import Tracking

/// Scores tracking results.
struct EvaluateMOT: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mot",
        abstract: "Compute HOTA, CLEAR MOT and Identity metrics of tracks in MOTChallenge's format.",
        discussion: """
            The ground truth of a sequence S is in DIR/S/gt/gt.txt or DIR/S.txt; its results are in DIR/S.txt. Rows are \
            frame,identity,left,top,width,height[,confidence[,class…]]. Example:

              gyrus evaluate mot --gt MOT17/train --results my-tracker

            MOTP is printed in both conventions: MOTP-IOU is the mean overlap of matches (MOTChallenge; higher is \
            better), MOTP-DIST the mean distance 1 − overlap (py-motmetrics; lower is better).
            """)

    @Option(name: .long, help: "Folder with the ground truth.")
    var gt: String

    @Option(name: .long, help: "Folder with the results.")
    var results: String

    @Option(name: .long, help: "Sequences, separated by commas (default: all with ground truth).")
    var sequences: String?

    @Option(
        name: .long,
        help:
            "Evaluation rules: mot15 (no classes), mot17 (also for MOT16) or mot20 (default: those that fit the ground truth)."
    )
    var rules: String?

    @OptionGroup var list: ListOptions

    func run() throws {
        let evaluation = try Evaluation(
            of: MOTFolder(results, of: .results), against: MOTFolder(gt, of: .groundTruth),
            sequences: SequenceNames(sequences).names, rules: chosenRules())
        evaluation.repairs.forEach { say("repaired: \($0)") }
        try list.render(evaluation.rows.map(TrackingScoreRow.init))
    }

    private func chosenRules() throws -> EvaluationRules? {
        guard let rules else { return nil }
        if let known = EvaluationRules.all.first(where: { $0.name == rules }) { return known }
        let names = EvaluationRules.all.map(\.name)
        throw Failure(
            .invalidArgument,
            "there are no rules '\(rules)'; use one of \(names.joined(separator: ", "))."
                + NearestName.question(rules, among: names))
    }
}

/// A comma-separated list of sequence names.
struct SequenceNames {
    /// The names; nil for all.
    let names: [String]?

    init(_ text: String?) {
        names = text.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
    }
}
