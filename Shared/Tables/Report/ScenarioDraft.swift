import Foundation
import Model

/// Writes a scenario file with everything that was inferred, with a comment on each line about where it comes from.
public struct ScenarioDraft {
    private let report: DataReport
    private let budget: Duration?

    /// Number of trials of a search that ends by time.
    private static let trialsInTime = 500

    /// Takes a report.
    /// - Parameter budget: Time for search and final training together; nil for a small number of trials.
    public init(_ report: DataReport, budget: Duration? = nil) {
        self.report = report
        self.budget = budget
    }

    /// The text of the file.
    public var text: String {
        let settings = report.settings
        var lines = [
            "# Inferred from \(Self.comment(report.source)): \(report.form), \(report.rows) rows.",
            "# Correct any wrong guesses here; 'gyrus datasets look' shows more.",
            "scenario: \(Self.scalar(name))",
        ]
        let functions = Set(report.modalities.compactMap(\.kind.function)).sorted()
        if !functions.isEmpty { lines.append("functions: [\(functions.joined(separator: ", "))]") }
        lines.append("data:")
        lines.append("  source: \(Self.scalar(settings.source))")
        lines += tableLines(settings)
        lines += splitLines(settings.split)
        for name in settings.ignored.isEmpty ? [] : ["ignore"] {
            lines.append("  \(name): \(Self.list(settings.ignored))")
        }
        if settings.tolerance != DataSettings.defaultTolerance { lines.append("  unreadable: \(settings.tolerance)") }
        lines += targetLines
        lines += modalityLines(settings)
        lines += leftOutLines
        lines += [
            budget.map {
                "search: {method: auto, trials: \(Self.trialsInTime), budget: \(Self.seconds($0))s, \(halving)"
            }
                ?? "search: {method: auto, trials: 16, \(halving)",
            "training: {epochs: \(Self.growth * Self.growth * firstEpochs), batch: \(batch)\(augmentation)}"
                + "   # of a trial, which is scored on validation samples",
            finalLine,
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func seconds(_ duration: Duration) -> Int { max(1, Int(duration.components.seconds)) }

    /// A name for the scenario, taken from the folder or file.
    private var name: String {
        let file = URL(filePath: report.source).lastPathComponent
        let stem = file.split(separator: ".").first.map(String.init) ?? file
        return String(stem.unicodeScalars.filter { $0.value >= 32 }.map(Character.init).prefix(60))
    }

    /// The factor of successive halving; it applies twice.
    private static let growth = 3
    /// Steps after which trials are first compared.
    private static let firstSteps = 70
    /// If there are fewer samples than this, not counting the test split, the best candidates are trained in folds.
    private static let fewSamples = 2_000
    /// The same for tables, whose networks train in seconds and gain from each sample.
    private static let fewRows = 20_000
    private static let folds = 5

    /// Epochs after which trials are first compared: the fewer samples, the more epochs.
    private var firstEpochs: Int {
        let steps = max(1, (report.samples.training + batch - 1) / batch)
        return min(max(1, (Self.firstSteps + steps - 1) / steps), 6)
    }

    private var halving: String { "seed: 1, halving: {first: \(firstEpochs), factor: \(Self.growth)}}" }

    private var finalLine: String {
        let counts = report.samples
        let begin = "final: {epochs: auto, batch: \(batch), samples: all, candidates: \(finalists)"
        // Networks must not learn from samples that are later than those they are validated on.
        let few = report.modalities.allSatisfy { $0.kind == .table } ? Self.fewRows : Self.fewSamples
        guard counts.training + counts.validation < few, report.settings.split.time == nil else {
            return begin + ", ensemble: true}   # of the best candidates, on all training samples"
        }
        return begin + ", folds: \(Self.folds)}   # of the best candidates; each time different samples are held out"
    }

    /// Whether networks train in seconds.
    private var isLight: Bool { report.modalities.allSatisfy { [.table, .text].contains($0.kind) } }
    /// Number of networks in an ensemble.
    private var finalists: Int { isLight ? 4 : 2 }

    private var batch: Int { report.samples.training < 500 ? 16 : report.samples.training < 5_000 ? 32 : 64 }

    /// In nearly all users' data, pictures and sounds are few, and small changes hardly affect their meaning.
    private var augmentation: String {
        report.modalities.contains { [.image, .audio].contains($0.kind) } ? ", augmentation: light" : ""
    }

    private func tableLines(_ settings: DataSettings) -> [String] {
        var lines: [String] = []
        if let files = settings.files { lines.append("  files: \(Self.scalar(files))") }
        if let columns = settings.columns {
            lines.append(
                "  columns: \(Self.list(columns, indent: 4))   # the table has no header; name its columns here")
        }
        if let separator = settings.separator { lines.append("  separator: \(Self.quoted(separator))") }
        if let encoding = settings.encoding { lines.append("  encoding: \(Self.scalar(encoding))") }
        if let join = settings.join {
            let pairs = join.sorted { $0.key < $1.key }.map { "\(Self.scalar($0.key)): \(Self.scalar($0.value))" }
            lines.append("  join: {\(pairs.joined(separator: ", "))}")
        }
        return lines
    }

    private func splitLines(_ split: DataSettings.Split) -> [String] {
        var fields: [String] = []
        if let column = split.column { fields.append("column: \(Self.scalar(column))") }
        if let group = split.group { fields.append("group: \(Self.scalar(group))") }
        if let time = split.time { fields.append("time: \(Self.scalar(time))") }
        fields.append("validation: \(split.validation ?? SplitMaker.usualShare)")
        fields.append("test: \(split.test ?? SplitMaker.usualShare)")
        fields.append("seed: \(split.seed)")
        var lines: [String] = []
        if report.suggestedGroup != nil, let group = split.group {
            lines.append(
                "  # Rows with the same '\(Self.comment(group))' stay on one side of the split, so that results are "
                    + "honest."
            )
        }
        let counts = report.samples
        lines.append(
            "  # \(counts.training) samples for training, \(counts.validation) for validation, \(counts.test) for "
                + "test; the data's own splits are kept.")
        lines.append("  split: {\(fields.joined(separator: ", "))}")
        return lines
    }

    private var targetLines: [String] {
        let columns = report.targetColumns
        let named = columns.count == 1 ? "column: \(Self.scalar(columns[0]))" : "columns: \(Self.list(columns))"
        let what: String
        switch report.target.kind {
        case .classification, .multiLabel:
            let ranked = report.classes.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
            let first = ranked.prefix(6).map { "\(Self.comment($0.name)) \($0.count)" }.joined(separator: ", ")
            what =
                "\(ranked.count) \(report.target.kind == .classification ? "classes" : "labels"): \(first)"
                + (ranked.count > 6 ? ", …" : "")
        case .regression: what = columns.count == 1 ? "a number" : "\(columns.count) numbers"
        }
        var lines = report.guess.map { ["# \(Self.comment($0))"] } ?? []
        lines.append("target: {\(named), kind: \(report.target.kind.rawValue)}   # \(what)")
        return lines
    }

    private func modalityLines(_ settings: DataSettings) -> [String] {
        var lines = ["modalities:"]
        for modality in report.modalities {
            let isOne = modality.columns.count == 1 && modality.kind != .table
            let columns =
                isOne
                ? "column: \(Self.scalar(modality.columns[0]))"
                : "columns: \(Self.list(modality.columns, indent: 6))"
            let measures = modality.measures.sorted { $0.key < $1.key }.compactMap { name, quantiles -> String? in
                guard let least = quantiles.values.first, let greatest = quantiles.values.last else { return nil }
                let range = [least, greatest].map { Self.short($0) }
                return "\(name) \(least == greatest ? range[0] : range.joined(separator: " to "))"
            }
            let note = measures.isEmpty ? "" : "   # \(measures.joined(separator: ", "))"
            let more = settings.modalities?[modality.name].map(Self.extras) ?? ""
            lines.append("  \(modality.name): {kind: \(modality.kind.rawValue), \(columns)\(more)}\(note)")
        }
        return lines
    }

    /// The user's settings for a modality besides its columns.
    private static func extras(_ modality: DataSettings.Modality) -> String {
        var fields: [String] = []
        if let size = modality.size { fields.append("size: [\(size.map(String.init).joined(separator: ", "))]") }
        if let channels = modality.channels { fields.append("channels: \(channels)") }
        if let fit = modality.fit { fields.append("fit: \(fit.rawValue)") }
        if let rate = modality.rate { fields.append("rate: \(rate)") }
        if let seconds = modality.seconds { fields.append("seconds: \(seconds)") }
        if let sound = modality.sound { fields.append("sound: \(sound.rawValue)") }
        if let bands = modality.bands { fields.append("bands: \(bands)") }
        if let tokens = modality.tokens { fields.append("tokens: \(tokens.rawValue)") }
        if let vocabulary = modality.vocabulary { fields.append("vocabulary: \(vocabulary)") }
        if let length = modality.length { fields.append("length: \(length)") }
        return fields.map { ", " + $0 }.joined()
    }

    private var leftOutLines: [String] {
        report.columns.filter { $0.role.hasPrefix("left out") }.prefix(20).map { column in
            "# Column \(Self.quoted(Self.comment(column.name))) is \(column.role)."
        }
    }

    // MARK: - YAML

    private static let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"]

    private static func scalar(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (byte | 32) &- 97 <= 25 || byte &- 48 <= 9 || "_./-".utf8.contains(byte)
        }
        let first = text.utf8.first ?? 0
        let isWord = (first | 32) &- 97 <= 25 || first == UInt8(ascii: "/") || first == UInt8(ascii: "_")
        return isPlain && isWord && !words.contains(text.lowercased()) ? text : quoted(text)
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\t": result += "\\t"
            case "\n": result += "\\n"
            case _
            where scalar.value < 32 || scalar.value == 127 || scalar.value == 0x85 || scalar.value == 0xFEFF
                || (0x2028...0x2029).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// A list on one line or, with an indent, on as many lines as it needs.
    private static func list(_ texts: [String], indent: Int? = nil) -> String {
        var lines = [""]
        for (index, text) in texts.enumerated() {
            let word = scalar(text) + (index == texts.count - 1 ? "" : ", ")
            if indent != nil, lines[lines.count - 1].count + word.count > 90 { lines.append("") }
            lines[lines.count - 1] += word
        }
        return "["
            + lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }.joined(
                separator: "\n" + String(repeating: " ", count: indent ?? 0)) + "]"
    }

    /// A text that is safe in a comment: on one line.
    private static func comment(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.value < 32 || $0.value == 0x85
                        || (0x2028...0x2029).contains($0.value) ? " " : $0
                }))
    }

    private static func short(_ number: Double) -> String {
        number == number.rounded() ? NumberText.description(of: number) : String(format: "%.2f", number)
    }
}
