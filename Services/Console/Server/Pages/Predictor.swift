import Foundation
import HelperProcesses
import Model
import RegistryClient
import ServerClient
import Synchronization
import Tables
import WorkQueueClient

/// Answers for uploaded files, from the same helper program as `gyrus predict`. The helper can read only the package
/// and the upload.
final class Predictor: Sendable {
    /// The answer for a sample, or why there is none.
    struct Answer: Sendable {
        var place: String
        var result: Result<[Float], Failure>
    }

    /// The answers for one upload.
    struct Outcome: Sendable {
        var target: Target
        var answers: [Answer]
        /// Number of samples beyond those shown.
        var further = 0
    }

    /// File extensions of tables.
    private static let tables: Set = ["csv", "tsv", "jsonl", "ndjson", "json", "parquet"]

    private let store: PackageStore
    private let limits: ConsoleLimits
    private let running = Mutex(0)

    init(store: PackageStore, limits: ConsoleLimits) {
        self.store = store
        self.limits = limits
    }

    /// A one-row table for a network with several inputs, if each uploaded file is one of them; nil otherwise.
    private static func row(of upload: Upload, _ manifest: DatasetManifest) throws -> URL? {
        let inputs = manifest.inputs.values
        guard inputs.count > 1, inputs.count == upload.files.count else { return nil }
        var row: [String: String] = [:]
        for file in upload.files {
            guard let kind = MediaType(fileName: file.lastPathComponent)?.modality,
                let input = inputs.first(where: { $0.signature.kind == kind && row[$0.columns[0]] == nil }),
                input.columns.count == 1
            else { return nil }
            let isInline = if case .text(let text) = input.preparation { !text.areFiles } else { false }
            row[input.columns[0]] =
                isInline ? try String(contentsOf: file, encoding: .utf8) : file.lastPathComponent
        }
        let table = upload.folder.appending(path: "sample.jsonl")
        try (JSONEncoder().encode(row) + Data("\n".utf8)).write(to: table)
        return table
    }

    /// Answers for an upload.
    /// - Parameter manifest: What the network reads.
    /// - Throws: `Failure` with code `busy` if the maximum number of uploads is already being processed.
    func answer(
        _ upload: Upload, with model: PretrainedModel, _ manifest: DatasetManifest, from registry: RegistryClient
    ) async throws -> Outcome {
        let isFree = running.withLock { running in
            guard running < limits.predictions else { return false }
            running += 1
            return true
        }
        guard isFree else {
            throw Failure(
                .busy, "The console is already processing \(limits.predictions) uploads; try again in a moment.",
                retryAfter: .seconds(2))
        }
        defer { running.withLock { $0 -= 1 } }
        // Building a package and talking to the helper both block.
        return try await withTaskExecutorPreference(WorkerThread()) {
            let package = try await store.package(of: model, from: registry)
            return try Self.run(package, manifest, upload, limits)
        }
    }

    /// Runs the helper program.
    /// - Parameter manifest: What the network reads.
    private static func run(
        _ package: URL, _ manifest: DatasetManifest, _ upload: Upload, _ limits: ConsoleLimits
    ) throws -> Outcome {
        let given = upload.files.first { tables.contains($0.pathExtension.lowercased()) }
        let table = try given ?? row(of: upload, manifest)
        let request = PredictionRequest(
            paths: table == nil ? upload.files.map(\.path) : [], table: table?.path,
            files: table == nil ? nil : upload.folder.path)
        let process = try HelperProcess("gyrus-data", ["predict", package.path], longest: limits.predictionTime)
        process.say(String(decoding: try JSONEncoder().encode(request), as: UTF8.self))
        var outcome: Outcome?
        let folder = upload.folder.path + "/"
        while let line = try process.line() {
            let message = try JSONDecoder().decode(PredictionMessage.self, from: Data(line.utf8))
            if let target = message.target { outcome = Outcome(target: target, answers: []) }
            guard let place = message.place else {
                if let failure = message.failure { throw failure }
                continue
            }
            guard outcome?.answers.count ?? 0 < limits.shownPredictions else {
                outcome?.further += 1
                continue
            }
            let failure = message.failure.map { failure in
                var failure = failure
                failure.message = failure.message.replacing(folder, with: "")
                return failure
            }
            let result: Result<[Float], Failure> =
                failure.map { .failure($0) } ?? .success(message.answer ?? [])
            outcome?.answers.append(Answer(place: place.replacing(folder, with: ""), result: result))
        }
        guard let outcome else { throw Failure(.internal, "The data helper exited without an answer.") }
        return outcome
    }
}
