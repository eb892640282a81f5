import ArgumentParser
import Foundation
import HelperProcesses
import Model
import Preparation
import Tables
import Torch

/// Evaluates a package on a user's data.
///
/// Takes an `EvaluationRequest` as JSON on the first line of stdin and answers with lines of `EvaluationMessage`.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Evaluate a package on a user's data.")

    @Argument(help: "Package file, model.pt.")
    var package: String

    func run() throws {
        try answering(telling: { EvaluationMessage(failure: $0) }) { answer in
            let request = try readRequest(EvaluationRequest.self)
            endWithCaller()
            let settings = request.settings
            let opened = try OpenedPackage(package, reading: [settings.files, settings.source].compactMap(\.self))
            try Evaluating(opened, request).run(answer)
        }
    }
}

/// One evaluation.
private struct Evaluating {
    private let answerer: SampleAnswerer
    private let tokenize: ValueReader.Tokenize
    private let request: EvaluationRequest

    /// Number of rows between progress messages.
    private static let reportedRows = 1_000

    init(_ opened: OpenedPackage, _ request: EvaluationRequest) {
        answerer = SampleAnswerer(opened.package)
        tokenize = opened.tokenize
        self.request = request
    }

    func run(_ tell: (EvaluationMessage) throws -> Void) throws {
        let manifest = answerer.package.manifest
        let rows = try AnsweredRows(
            settings: settings(manifest.settings), inputs: answerer.columns, target: manifest.target,
            group: request.group)
        let reader = try ValueReader(
            files: rows.files, inputs: manifest.inputs, encoding: manifest.settings.encoding, tokenize: tokenize)
        var judgment = EvaluationJudgment(manifest.target, worst: request.worst, hasGroups: request.group != nil)
        try tell(EvaluationMessage(target: manifest.target, columns: rows.columns))
        var pending: [AnsweredRows.Row] = []
        var done = 0
        func flush() throws {
            let judged = pending.filter { $0.isJudged }
            var results = answerer.answers(judged.map(\.cells), reader)[...]
            for row in pending {
                let outcome = judgment.add(row, row.isJudged ? results.popFirst() : nil)
                if request.tellsRows || outcome.failure != nil { try tell(EvaluationMessage(row: outcome)) }
                done += 1
                if done.isMultiple(of: Self.reportedRows) { try tell(EvaluationMessage(done: done)) }
            }
            pending.removeAll(keepingCapacity: true)
        }
        try rows.forEachRow { row in
            pending.append(row)
            if pending.count == SampleAnswerer.batch { try flush() }
        }
        try flush()
        try tell(EvaluationMessage(evaluation: try judgment.judge()))
    }

    /// The settings for reading the data: the user's, and otherwise those of the training data.
    private func settings(_ trained: DataSettings) -> DataSettings {
        var settings = trained
        settings.source = request.settings.source
        settings.files = request.settings.files
        // Joined tables are named relative to the training source, and a new source may already be one table.
        settings.join = request.settings.join
        settings.target = request.settings.target ?? trained.target
        settings.separator = request.settings.separator ?? trained.separator
        settings.encoding = request.settings.encoding ?? trained.encoding
        return settings
    }
}

extension AnsweredRows.Row {
    /// Whether the row has a target value.
    fileprivate var isJudged: Bool { if case .known = truth { true } else { false } }
}
