import ArgumentParser
import Foundation
import Model

/// Trains simple models on a prepared dataset, so that a report can compare a network with them.
///
/// Writes a line of JSON (`BaselineMessage`) for each model.
@main
struct BaselineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gyrus-baseline", abstract: "Train simple models on a prepared dataset and evaluate them.")

    @Argument(help: "The prepared dataset, a safetensors file.")
    var dataset: String

    @Argument(help: "The metric for choosing the best round.")
    var objective: String

    @Option(help: ArgumentHelp("Maximum training time of each model, in seconds.", valueName: "number"))
    var time = 20.0

    func run() throws {
        do {
            guard let metric = Metric(named: objective) else {
                throw Failure(.invalidArgument, "There is no metric '\(objective)'.")
            }
            let training = BaselineTraining(
                table: try FeatureTable(opening: dataset), objective: metric, time: .seconds(time))
            try write(BaselineMessage(baseline: training.constant()))
            try write(BaselineMessage(baseline: try training.linear()))
            if let trees = try training.trees() { try write(BaselineMessage(baseline: trees)) }
        } catch {
            try? write(BaselineMessage(failure: Failure(error)))
            throw ExitCode.failure
        }
    }

    private func write(_ message: BaselineMessage) throws {
        try FileHandle.standardOutput.write(contentsOf: try JSONEncoder().encode(message) + Data("\n".utf8))
    }
}
