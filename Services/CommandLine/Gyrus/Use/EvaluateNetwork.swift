import ArgumentParser
import Foundation
import HelperProcesses
import Model
import Presentation

/// Evaluates a trained network on labeled data.
struct EvaluateNetwork: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "network", abstract: "Evaluate a trained network on labeled data.",
        discussion: """
              gyrus evaluate results/skin --data new.csv
              gyrus evaluate results/skin --data new.csv --by hospital --output answers.csv
              gyrus evaluate results/clothes --data photos --format json    a folder for each class

            Specify the network as for 'gyrus predict'. ± is the standard error, from bootstrap resampling of samples or, \
            with --by, of whole groups. A row that cannot be evaluated is reported and excluded; the exit status is then 1.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("Folder or table of labeled samples.", valueName: "path"))
    var data: String

    @Option(
        help: ArgumentHelp(
            "Columns with the correct answers, separated by commas (default: as in training, or detected).",
            valueName: "columns"))
    var target: String?

    @Option(
        help: ArgumentHelp(
            "Folder that paths in the table are relative to (default: the table's folder).", valueName: "folder"))
    var files: String?

    @Option(help: ArgumentHelp("Column to group the samples by.", valueName: "column"))
    var by: String?

    @Option(help: ArgumentHelp("Number of worst samples to show.", valueName: "number"))
    var worst = 10

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("CSV file for each row's answer.", valueName: "file"))
    var output: String?

    @OptionGroup var form: FormatOption

    @Argument(help: "Network to evaluate.")
    var model: String

    func validate() throws {
        guard (0...1_000).contains(worst) else {
            throw ValidationError("--worst must be from 0 to 1000, not \(worst).")
        }
    }

    func run() async throws {
        let package = try await PackageFinder(services: { try Services(gyrus.project) }).find(model)
        let process = try HelperProcess("gyrus-data", ["evaluate", package.path])
        process.say(String(decoding: try JSONEncoder().encode(request), as: UTF8.self))
        let sink = try output.map { file in
            try PredictionSink(
                format: .csv, top: 1, file: file, further: ["truth"] + [by].compactMap(\.self) + ["error", "failure"])
        }
        var listing = UnjudgedRows()
        var target = Target(.classification, names: [])
        let progress = RowCount("Evaluating rows")
        while let line = try process.line() {
            let message = try JSONDecoder().decode(EvaluationMessage.self, from: Data(line.utf8))
            if let failure = message.failure {
                progress.end()
                throw failure
            }
            if let known = message.target {
                target = known
                try sink?.begin(known)
                say("Compared with: \((message.columns ?? []).joined(separator: ", "))")
            }
            if let done = message.done { progress.show(done) }
            if let row = message.row {
                listing.add(row)
                let cells = [row.truth] + (by == nil ? [] : [row.group ?? ""])
                try sink?.add(
                    row.place, row.answer, row.failure,
                    further: cells + [row.error.map { "\($0)" } ?? "", row.failure?.message ?? ""])
            }
            if let evaluation = message.evaluation {
                progress.end()
                try sink?.end()
                try form.render(evaluation, EvaluationText(evaluation, target: target, group: by).text)
            }
        }
        listing.end()
        if let output { say("Each row's answer is in \(output).") }
        guard listing.count == 0 else {
            throw Failure(.corrupt, "\(Figures.count(listing.count)) rows could not be evaluated")
        }
    }

    private var request: EvaluationRequest {
        var settings = DataSettings(source: URL(filePath: data).path)
        settings.files = files.map { URL(filePath: $0).path }
        settings.target = target.map { text in
            .init(columns: text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) })
        }
        return EvaluationRequest(settings: settings, group: by, worst: worst, tellsRows: output != nil)
    }
}

/// Counts the rows that could not be evaluated and reports the first ones.
struct UnjudgedRows {
    private(set) var count = 0

    /// Maximum number of rows to report.
    private static let named = 20

    mutating func add(_ row: JudgedRow) {
        guard let failure = row.failure else { return }
        count += 1
        if count <= Self.named { say("\(row.place): \(failure.message)") }
    }

    func end() {
        guard count > Self.named else { return }
        say("… and \(Figures.count(count - Self.named)) more rows; use --output to get the reason for each.")
    }
}

/// A terminal line that counts finished items when the total is unknown.
struct RowCount {
    private let what: String
    private let isTerminal = OutputStream.talk.isTerminal

    init(_ what: String) { self.what = what }

    /// Shows the number of finished items.
    func show(_ done: Int) {
        guard isTerminal else { return }
        OutputStream.talk.write("\r\(what): \(Figures.count(done))")
    }

    /// Clears the line.
    func end() {
        guard isTerminal else { return }
        OutputStream.talk.write("\r\u{1B}[K")
    }
}
