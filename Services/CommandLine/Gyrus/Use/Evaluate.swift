import ArgumentParser

/// Judges networks on data, and results of anybody's programs.
struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judge a network on data, or score files of tracks against ground truth.",
        discussion: """
              gyrus evaluate results/skin --data new.csv                a network; short for 'gyrus evaluate network'
              gyrus evaluate mot --gt MOT17/train --results my-tracker  tracks in MOTChallenge's format
            """,
        subcommands: [EvaluateNetwork.self, EvaluateMOT.self], defaultSubcommand: EvaluateNetwork.self)
}
