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
/// is not needed. Progress messages and the outcome follow; the first message has the number of samples that an
/// interrupted preparation of the same data had finished.
struct PrepareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare", abstract: "Prepare a user's data for training.")

    @Option(help: "Folder for unfinished preparations (default: next to the file that is written).")
    var unfinished: String?

    @Option(help: "Manifest of a model's data; the new data is prepared in the same way.")
    var like: String?

    func run() throws {
        try answering(telling: { PreparationMessage(failure: $0) }) { answer in
            guard let line = readLine(),
                var settings = try? JSONDecoder().decode(DataSettings.self, from: Data(line.utf8))
            else { throw Failure(.invalidArgument, "The first line must be settings as JSON.") }
            let known = try like.map { try DatasetManifest(json: String(contentsOfFile: $0, encoding: .utf8)) }
            if let known { settings.continueReading(known) }
            let table = try SampleTable(settings: settings)
            var (rows, target, content): (any SampleRows, Target, String)
            let read = try TableRows(table)
            (rows, target, content) = (read, table.target.target, try read.digest())
            if let known {
                let continued = try ContinuedRows(rows, target: target, of: known)
                (rows, target) = (continued, continued.target)
                // The same data, prepared differently, is a different dataset.
                content = BlobDigest(hashing: Array("\(content) \(try known.id)".utf8)).hexadecimal
            }
            let name = URL(filePath: settings.source).deletingPathExtension().lastPathComponent
            let identity = try DatasetManifest(
                name: name, settings: settings, content: content, inputs: [:], target: target, counts: nil,
                samples: table.counts
            ).id
            try answer(PreparationMessage(identity: identity, notes: table.notes))
            guard let path = readLine(), !path.isEmpty else { return }
            endWithCaller()
            let preparer = DataPreparer(
                rows: rows, settings: settings, name: name, target: target, content: content,
                known: known?.inputs.filter { $0.value.frozen == nil })
            let shards = unfinished.map { URL(filePath: $0).appending(path: identity) }
            let outcome = try preparer.prepare(to: path, collectingIn: shards) { done, of in
                try? answer(PreparationMessage(done: done, count: of))
            }
            try answer(
                PreparationMessage(
                    manifest: outcome.manifest, unreadable: outcome.unreadable.map { "\($0.place): \($0.reason)" },
                    unreadableCount: outcome.unreadableCount))
        }
    }
}
