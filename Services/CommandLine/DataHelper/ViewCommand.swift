import ArgumentParser
import Foundation
import HelperProcesses
import Model
import Preparation
import Tables

/// Computes a frozen pretrained network's features of a modality of prepared data.
///
/// Takes a `ViewRequest` as JSON on the first line of stdin, and answers with lines of JSON (`PreparationMessage`):
/// progress, and finally the outcome.
struct ViewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view", abstract: "Compute a pretrained network's features of prepared data.")

    @Argument(help: "File to write.")
    var output: String

    func run() throws {
        try answering(telling: { PreparationMessage(failure: $0) }) { answer in
            let request = try readRequest(ViewRequest.self)
            endWithCaller()
            let rows = try TableRows(SampleTable(settings: request.data.settings))
            let outcome = try ViewPreparer(rows: rows, request: request).prepare(to: output) { done, of in
                try? answer(PreparationMessage(done: done, count: of))
            }
            let view = PreparedView(
                modality: request.modality, title: "", category: "", model: "",
                width: outcome.manifest.inputs[request.name]?.signature.shape.first ?? 0, parameters: 0,
                milliseconds: outcome.milliseconds, scores: outcome.scores, reference: outcome.reference)
            try answer(PreparationMessage(manifest: outcome.manifest, view: view))
        }
    }
}
