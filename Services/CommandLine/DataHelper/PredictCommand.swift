import ArgumentParser
import Foundation
import Model
import Preparation
import Tables
import Torch

/// Answers for a user's data with a package.
///
/// Takes a `PredictionRequest` as JSON on stdin's first line and answers a `PredictionMessage` for each sample.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Answer for a user's data with a package.")

    @Argument(help: "The package, model.pt.")
    var package: String

    func run() throws {
        ComputeThreads.count = 1
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func answer(_ message: PredictionMessage) throws {
            try FileHandle.standardOutput.write(contentsOf: try encoder.encode(message) + Data("\n".utf8))
        }
        do {
            guard let line = readLine(),
                let request = try? JSONDecoder().decode(PredictionRequest.self, from: Data(line.utf8))
            else { throw Failure(.invalidArgument, "A request as JSON is needed on the first line.") }
            let package = try NetworkPackage(loading: URL(filePath: package))
            try answer(PredictionMessage(target: package.manifest.target))
            try Predicting(package, request).run(answer)
        } catch {
            // Whoever asked may be gone, and then needs no answer.
            try? answer(PredictionMessage(failure: Failure(error)))
            throw ExitCode.failure
        }
    }
}

/// One run of predictions.
private struct Predicting {
    private let package: NetworkPackage
    private let request: PredictionRequest
    private let names: [String]
    private let inputs: [DatasetManifest.Input]

    /// Samples that go through the network together.
    private static let batch = 32

    init(_ package: NetworkPackage, _ request: PredictionRequest) {
        self.package = package
        self.request = request
        let sorted = package.manifest.inputs.sorted { $0.key < $1.key }
        names = sorted.map(\.key)
        inputs = sorted.map(\.value)
    }

    func run(_ tell: (PredictionMessage) throws -> Void) throws {
        var pending: [(place: String, cells: [[Cell]])] = []
        var reader: ValueReader?
        func flush() throws {
            guard let reader, !pending.isEmpty else { return }
            try answer(pending, with: reader, tell)
            pending.removeAll(keepingCapacity: true)
        }
        try forEachSample { place, cells, files in
            if reader == nil {
                let manifest = package.manifest
                reader = try ValueReader(files: files, inputs: manifest.inputs, encoding: manifest.settings.encoding)
            }
            pending.append((place, cells))
            if pending.count == Self.batch { try flush() }
        }
        try flush()
    }

    private func forEachSample(_ body: (String, [[Cell]], FileFinder) throws -> Void) throws {
        if let table = request.table {
            let columns = inputs.map { input in
                input.columns.map { RowReader.Column($0, isNumber: input.numbers.contains($0)) }
            }
            var settings = package.manifest.settings
            (settings.source, settings.join) = (table, nil)
            settings.files = request.files
            let rows = try RowReader(settings: settings, columns: columns)
            return try rows.forEachRow { try body($0, $1, rows.files) }
        }
        guard inputs.count == 1, [.image, .audio, .text].contains(inputs[0].signature.kind) else {
            throw Failure(
                .invalidArgument,
                "The network reads \(names.joined(separator: ", ")); name a table that has the columns "
                    + "\(inputs.flatMap(\.columns).joined(separator: ", ")) with --table.")
        }
        for path in request.paths {
            let url = URL(filePath: path)
            let files = FileFinder(url.deletingLastPathComponent().path)
            let isText = inputs[0].signature.kind == .text
            let cell: Cell =
                isText
                ? FileManager.default.contents(atPath: path).map { .bytes([UInt8]($0)) } ?? .missing : .text(url.path)
            try body(path, [[cell]], files)
        }
    }

    /// Answers for some samples. What is wrong with one does not stop the others, and never gets an answer.
    private func answer(
        _ samples: [(place: String, cells: [[Cell]])], with reader: ValueReader,
        _ tell: (PredictionMessage) throws -> Void
    ) throws {
        var failures: [Int: Failure] = [:]
        var read: [(index: Int, values: [String: RawValue])] = []
        for (index, sample) in samples.enumerated() {
            do {
                read.append((index, try values(sample.cells, reader)))
            } catch {
                failures[index] = Failure(error)
            }
        }
        var answers: [Int: [Float]] = [:]
        for (sample, row) in zip(read, try package.answers(read.map(\.values))) { answers[sample.index] = row }
        for (index, sample) in samples.enumerated() {
            try tell(PredictionMessage(place: sample.place, answer: answers[index], failure: failures[index]))
        }
    }

    private func values(_ cells: [[Cell]], _ reader: ValueReader) throws -> [String: RawValue] {
        var values: [String: RawValue] = [:]
        for ((name, input), cells) in zip(zip(names, inputs), cells) {
            values[name] = try reader.value(cells, of: name, input)
        }
        guard !values.isEmpty else { throw Failure(.invalidArgument, "there is no value in any column") }
        return values
    }
}

extension DatasetManifest.Input {
    /// Names of the columns that have numbers.
    fileprivate var numbers: Set<String> {
        switch preparation {
        case .table(let table): Set(table.numbers.map(\.name))
        case .series: columns.count > 1 ? Set(columns) : []
        case .picture, .sound, .text: []
        }
    }
}
