import ArgumentParser
import Foundation
import Model
import Preparation
import Tables

/// Computes what a frozen pretrained network makes of a modality of prepared data.
///
/// Takes a `ViewRequest` as JSON on stdin's first line, and answers lines of JSON (`PreparationMessage`): how far it
/// is, and in the end what it came to.
struct ViewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view", abstract: "Compute the features of prepared data by a pretrained network.")

    @Argument(help: "The file to write.")
    var output: String

    func run() throws {
        try answering(telling: { PreparationMessage(failure: $0) }) { answer in
            let request = try readRequest(ViewRequest.self)
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
