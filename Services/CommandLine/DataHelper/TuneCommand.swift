import ArgumentParser
import Foundation
import HelperProcesses
import Model
import Preparation
import Tables

/// Fine-tunes a pretrained network on a modality of prepared data.
///
/// Takes a `TuningRequest` as JSON on the first line of stdin, and answers with lines of JSON (`PreparationMessage`):
/// progress, and finally the outcome.
struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune", abstract: "Fine-tune a pretrained network on prepared data.")

    @Argument(help: "The TorchScript file to write.")
    var output: String

    func run() throws {
        try answering(telling: { PreparationMessage(failure: $0) }) { answer in
            let request = try readRequest(TuningRequest.self)
            endWithCaller()
            let rows = try TableRows(SampleTable(settings: request.view.data.settings))
            let tuning = try NetworkTuner(rows: rows, request: request).tune(to: URL(filePath: output)) { done, count in
                try? answer(PreparationMessage(done: done, count: count))
            }
            try answer(PreparationMessage(tuning: tuning))
        }
    }
}
