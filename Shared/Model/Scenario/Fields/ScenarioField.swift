/// A field of a scenario file. One table of these says what the reader accepts, what the reference tells, and what the JSON
/// schema for editors allows, so that the three cannot disagree.
///
/// ```swift
/// ScenarioField.top.names            // what may stand at the top of a file
/// ```
public struct ScenarioField: Hashable, Sendable {
    /// What may stand under a field.
    public indirect enum Form: Hashable, Sendable {
        /// A text.
        case text
        /// A list of texts.
        case texts
        /// A whole number; `2e6` is one.
        case integer(ClosedRange<Int>)
        /// A whole number, or `all`.
        case count(ClosedRange<Int>)
        /// A list of whole numbers, each once.
        case integers(ClosedRange<Int>)
        /// A number.
        case number(ClosedRange<Double>)
        /// A list of numbers.
        case numbers(ClosedRange<Double>)
        /// A time with its unit, in a range of milliseconds.
        case time(ClosedRange<Double>)
        /// One of some words.
        case choice([String])
        /// A list of some words, each once.
        case choices([String])
        /// One of some words, or a word with a number after it, such as `staleness 4`.
        case choiceOrCount([String], word: String, ClosedRange<Int>)
        /// Fields of their own.
        case group([ScenarioField])
        /// Any names, each with the same form.
        case named(Form)
        /// Fields of one kind or another, with what the kinds are for.
        case variants([Variant])
        /// One form or another.
        case either(Form, Form)
        /// Anything; written by a command and not by hand.
        case anything
    }

    /// One kind of fields where there are several.
    public struct Variant: Hashable, Sendable {
        /// What it is for.
        public let title: String
        /// Its fields.
        public let fields: [ScenarioField]
    }

    /// Its name in the file.
    public let name: String
    /// What may stand under it.
    public let form: Form
    /// What holds where it is left out; nil where nothing does.
    public let usual: String?
    /// Whether a file is wrong without it.
    public let isNeeded: Bool
    /// What it means.
    public let summary: String

    init(_ name: String, _ form: Form, usual: String? = nil, isNeeded: Bool = false, _ summary: String) {
        self.name = name
        self.form = form
        self.usual = usual
        self.isNeeded = isNeeded
        self.summary = summary
    }

    /// The fields below it, where there are any.
    public var fields: [ScenarioField] { form.fields }
}

extension ScenarioField.Form {
    /// The fields of a group, or of each of the groups that names stand for.
    public var fields: [ScenarioField] {
        switch self {
        case .group(let fields): fields
        case .named(let form): form.fields
        case .variants(let variants): variants.flatMap(\.fields)
        case .either(let first, let second): first.fields + second.fields
        default: []
        }
    }

    /// Bounds of a whole number, where one may stand.
    var integer: ClosedRange<Int>? {
        switch self {
        case .integer(let range), .count(let range): range
        case .either(let first, let second): first.integer ?? second.integer
        default: nil
        }
    }

    /// Bounds of whole numbers, where a list of them may stand.
    var integers: ClosedRange<Int>? {
        switch self {
        case .integers(let range): range
        case .either(let first, let second): first.integers ?? second.integers
        default: nil
        }
    }

    /// Bounds of a number, where one may stand.
    var number: ClosedRange<Double>? { if case .number(let range) = self { range } else { nil } }

    /// Bounds of numbers, where a list of them may stand.
    var numbers: ClosedRange<Double>? { if case .numbers(let range) = self { range } else { nil } }

    /// Bounds of a time in milliseconds, where one may stand.
    var time: ClosedRange<Double>? { if case .time(let range) = self { range } else { nil } }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(of: Choice.Type) -> Self {
        .choice(Choice.allCases.map(\.rawValue))
    }

    static func choices<Choice: RawRepresentable<String> & CaseIterable>(of: Choice.Type) -> Self {
        .choices(Choice.allCases.map(\.rawValue))
    }
}

extension [ScenarioField] {
    /// The names, in the order of the reference.
    public var names: [String] { map(\.name) }

    /// The field of a name.
    public subscript(name: String) -> ScenarioField? { first { $0.name == name } }
}
