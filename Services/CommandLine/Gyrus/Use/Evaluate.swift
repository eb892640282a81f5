import ArgumentParser

/// Evaluates networks on data, and tracking results of any program.
struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Evaluate a network on data, or score track files against ground truth.",
        discussion: """
              gyrus evaluate results/skin --data new.csv                short for 'gyrus evaluate network'
              gyrus evaluate mot --gt MOT17/train --results my-tracker  tracks in MOTChallenge's format
            """,
        subcommands: [EvaluateNetwork.self, EvaluateMOT.self], defaultSubcommand: EvaluateNetwork.self)
}
