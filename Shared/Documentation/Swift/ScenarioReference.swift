public import Model

/// The reference of scenario files, generated from the table of fields that their reader uses.
public enum ScenarioReference {
    /// An example with a bit of everything.
    public static let example = """
        scenario: spoken-and-written-digits
        stimuli: [see written digits, hear spoken digits]
        task: classification
        modalities:
          image: {dataset: mnist, preprocess: {pca-energy-removed: 0.75}}
          audio: {dataset: fsdd, noise: esc10, signal-to-noise: 5, preprocess: {spectrogram: 112}}
        data: {split: recording, mixes: 3, samples: {training: 12000, validation: 2000, test: 2000}, seed: 1}
        objective: {maximize: accuracy, minimize: [latency], limits: {parameters: 2e6, operations: 1e9, latency: 5ms}}
        search:
          method: evolution
          population: 12
          trials: 48
          seed: 7
          optimizers: [sgd, adam]
          structures: [LeNet3, LeNet5]
          widths: [0.5, 1]
          halving: {first: 1, factor: 3}
        training: {epochs: 9, batch: 64, samples: 3000, validation: 1000}
        final: {epochs: 12, batch: 64, samples: all, validation: all, candidates: 1}
        """

    /// A group of fields under its full name; `NAME` stands for names chosen in a file.
    public struct Group: Sendable {
        /// The full name; empty at the top level of a file.
        public let path: String
        /// The purpose, if a name has several groups.
        public let variant: String?
        /// Fields of the group, in the order of the page.
        public let fields: [ScenarioField]
    }

    /// All groups; each follows its parent group.
    public static var groups: [Group] { groups(of: .group(ScenarioField.top), at: "", variant: nil) }

    private static func groups(of form: ScenarioField.Form, at path: String, variant: String?) -> [Group] {
        switch form {
        case .group(let fields):
            [Group(path: path, variant: variant, fields: fields)]
                + fields.flatMap {
                    groups(of: $0.form, at: path.isEmpty ? $0.name : "\(path).\($0.name)", variant: nil)
                }
        case .named(let form): groups(of: form, at: "\(path).NAME", variant: variant)
        case .variants(let variants):
            variants.flatMap { groups(of: .group($0.fields), at: path, variant: $0.title) }
        case .either(let first, let second):
            groups(of: first, at: path, variant: variant) + groups(of: second, at: path, variant: variant)
        default: []
        }
    }

    /// The possible values of a field, in words.
    public static func words(for form: ScenarioField.Form) -> String {
        switch form {
        case .text: "text"
        case .texts: "list of texts"
        case .integer(let range): "whole number, \(bounds(range))"
        case .count(let range): "whole number, \(bounds(range)), or `all`"
        case .integers(let range): "list of whole numbers, \(bounds(range))"
        case .number(let range): "number, \(range.lowerBound) to \(range.upperBound)"
        case .numbers(let range): "list of numbers, \(range.lowerBound) to \(range.upperBound)"
        case .time(let range):
            "time such as `5ms`, `250us` or `1.5s`, at most \(Int(range.upperBound / 60_000)) minutes"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .choices(let words): "list of " + words.map { "`\($0)`" }.joined(separator: ", ")
        case .choiceOrCount(let words, let word, let range):
            (words + ["\(word) N"]).map { "`\($0)`" }.joined(separator: ", ") + ", N \(bounds(range))"
        case .group, .variants: "fields"
        case .named(.text): "a text for each name"
        case .named: "fields for each name"
        case .anything: "written by a command"
        case .either(let first, let second): "\(Self.words(for: first)), or \(Self.words(for: second))"
        }
    }

    private static func bounds(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(grouped(range.upperBound))"
    }

    private static func grouped(_ number: Int) -> String {
        let digits = String(number)
        return String(
            digits.enumerated().flatMap { index, digit in
                index > 0 && (digits.count - index).isMultiple(of: 3) ? [",", digit] : [digit]
            })
    }

    /// The reference as a page of the manual.
    public static var markdown: String {
        let head = """
            # Scenario reference

            A scenario is a YAML file of at most 32 KiB. Only `scenario` and the data (`data.source` or `modalities`) are \
            required. Mistakes are reported with file, line, column and field. `gyrus help scenario` prints this page; editors \
            can use the JSON schema from `gyrus help scenario --format json-schema` (put it next to your files and write \
            `# yaml-language-server: $schema=scenario.schema.json` in the first line).

            ```yaml
            \(example)
            ```
            """
        let sections = groups.map { group in
            let rows = group.fields.map { field in
                let usual = field.isNeeded ? "**required**" : field.usual ?? "–"
                return "| `\(field.name)` | \(words(for: field.form)) | \(usual) | \(field.summary) |"
            }
            let variant = group.variant.map { ": \($0)" } ?? ""
            let title = group.path.isEmpty ? "## The file" : "## `\(group.path)`\(variant)"
            return "\(title)\n\n| field | value | default | meaning |\n| --- | --- | --- | --- |\n"
                + rows.joined(separator: "\n")
        }
        return ([head] + sections).joined(separator: "\n\n") + "\n"
    }

    /// The reference for a terminal.
    /// - Parameter width: Maximum line width in columns.
    public static func text(width: Int = 78) -> String {
        let head = """
            A scenario is a YAML file. Only 'scenario' and the data (data.source or
            modalities) are required.

            \(example.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
            """
        let sections = groups.map { group in
            let entries = group.fields.map { field in
                let usual = field.isNeeded ? " (required)" : field.usual.map { " (default: \($0))" } ?? ""
                let form = "\(field.name): \(words(for: field.form))\(usual)".replacing("`", with: "")
                return TextWrap.paragraph(form, width: width, first: "  ") + "\n"
                    + TextWrap.paragraph(
                        field.summary.replacing("`", with: "").replacing("*", with: ""), width: width, first: "      ")
            }
            let variant = group.variant.map { " (\($0))" } ?? ""
            return ([group.path.isEmpty ? "THE FILE" : "\(group.path)\(variant)"] + entries).joined(separator: "\n")
        }
        return ([head] + sections).joined(separator: "\n\n")
    }
}
