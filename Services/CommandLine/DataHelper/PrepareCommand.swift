import ArgumentParser
import Foundation
import HelperProcesses
import Model
import Preparation
import Tables

/// Prepares a user's data.
///
/// Takes the settings as JSON on the first line of stdin and answers with lines of JSON (`PreparationMessage`): first the
/// identity of the prepared data. It then waits for a line with the path of the file to write, or an empty line if the data
/// is not needed. Progress messages and the outcome follow.
struct PrepareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare", abstract: "Prepare a user's data for training.")

    func run() throws {
        try answering(telling: { PreparationMessage(failure: $0) }) { answer in
            guard let line = readLine(),
                let settings = try? JSONDecoder().decode(DataSettings.self, from: Data(line.utf8))
            else { throw Failure(.invalidArgument, "The first line must be settings as JSON.") }
            let table = try SampleTable(settings: settings)
            let rows = try TableRows(table)
            let content = try rows.digest()
            let name = URL(filePath: settings.source).deletingPathExtension().lastPathComponent
            let identity = try DatasetManifest(
                name: name, settings: settings, content: content, inputs: [:], target: table.target.target, counts: nil,
                samples: table.counts
            ).id
            try answer(PreparationMessage(identity: identity, notes: table.notes))
            guard let path = readLine(), !path.isEmpty else { return }
            endWithCaller()
            let preparer = DataPreparer(
                rows: rows, settings: settings, name: name, target: table.target.target, content: content)
            let outcome = try preparer.prepare(to: path) { done, of in
                try? answer(PreparationMessage(done: done, count: of))
            }
            try answer(
                PreparationMessage(
                    manifest: outcome.manifest, unreadable: outcome.unreadable.map { "\($0.place): \($0.reason)" },
                    unreadableCount: outcome.unreadableCount))
        }
    }
}
