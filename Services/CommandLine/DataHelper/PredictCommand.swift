import ArgumentParser
import Foundation
import HelperProcesses
import Model
import Preparation
import Tables
import Torch

/// Predicts on a user's data with a package.
///
/// Takes a `PredictionRequest` as JSON on the first line of stdin and answers with a `PredictionMessage` per sample.
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Predict on a user's data with a package.")

    @OptionGroup var options: PlaceOptions

    @Argument(help: "Package file, model.pt.")
    var package: String

    func run() throws {
        try answering(telling: { PredictionMessage(failure: $0) }) { answer in
            let request = try readRequest(PredictionRequest.self)
            endWithCaller()
            let read = [request.files, request.table].compactMap(\.self) + request.paths
            let opened = try OpenedPackage(package, reading: read, on: options)
            try answer(PredictionMessage(target: opened.package.manifest.target))
            try Predicting(opened, request).run(answer)
        }
    }
}

/// A run of predictions.
private struct Predicting {
    private let answerer: SampleAnswerer
    private let tokenize: ValueReader.Tokenize
    private let request: PredictionRequest

    init(_ opened: OpenedPackage, _ request: PredictionRequest) {
        answerer = SampleAnswerer(opened.package)
        tokenize = opened.tokenize
        self.request = request
    }

    func run(_ tell: (PredictionMessage) throws -> Void) throws {
        var pending: [(place: String, cells: Result<[[Cell]], Failure>)] = []
        var reader: ValueReader?
        var folder: String?
        func flush() throws {
            guard let reader, !pending.isEmpty else { return }
            var answers = answerer.answers(pending.compactMap { try? $0.cells.get() }, reader)[...]
            for (place, cells) in pending {
                let result = cells.flatMap { _ in answers.removeFirst() }
                var message = PredictionMessage(place: place, result)
                if let cells = try? cells.get(), message.answer != nil {
                    let strangers = answerer.strangers(cells, reader)
                    message.notes = strangers.isEmpty ? nil : strangers
                }
                try tell(message)
            }
            pending.removeAll(keepingCapacity: true)
        }
        try forEachSample { place, cells, files in
            // The files may be in different folders.
            if files.path != folder {
                try flush()
                folder = files.path
                let manifest = answerer.package.manifest
                reader = try ValueReader(
                    files: files, inputs: manifest.inputs, encoding: manifest.settings.encoding,
                    tokenize: tokenize)
            }
            pending.append((place, cells))
            if pending.count == SampleAnswerer.batch { try flush() }
        }
        try flush()
    }

    private func forEachSample(_ body: (String, Result<[[Cell]], Failure>, FileFinder) throws -> Void) throws {
        if let table = request.table {
            var settings = answerer.package.manifest.settings
            (settings.source, settings.join) = (table, nil)
            settings.files = request.files
            let rows = try RowReader(settings: settings, columns: answerer.columns)
            return try rows.forEachRow { try body($0, $1, rows.files) }
        }
        for path in request.paths {
            let (cells, files) = try answerer.file(path)
            try body(path, .success(cells), files)
        }
    }
}

extension PredictionMessage {
    init(place: String, _ result: Result<[Float], Failure>) {
        switch result {
        case .success(let answer): self.init(place: place, answer: answer)
        case .failure(let failure): self.init(place: place, failure: failure)
        }
    }
}
