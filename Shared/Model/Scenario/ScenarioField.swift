/// A field of a scenario file. One table of fields defines what the reader accepts, what the reference says and what
/// the JSON schema for editors allows, so that the three cannot disagree.
///
/// ```swift
/// ScenarioField.top.names            // the fields at the top level of a file
/// ```
public struct ScenarioField: Hashable, Sendable {
    /// The kind of value a field takes.
    public indirect enum Form: Hashable, Sendable {
        /// Any text.
        case text
        /// A list of texts.
        case texts
        /// A whole number; `2e6` is one.
        case integer(ClosedRange<Int>)
        /// A whole number, or `all`.
        case count(ClosedRange<Int>)
        /// A list of distinct whole numbers.
        case integers(ClosedRange<Int>)
        /// A number, whole or not.
        case number(ClosedRange<Double>)
        /// A list of numbers.
        case numbers(ClosedRange<Double>)
        /// A time with its unit, in a range of milliseconds.
        case time(ClosedRange<Double>)
        /// One of some words.
        case choice([String])
        /// A list of distinct words out of some.
        case choices([String])
        /// One of some words, or a word followed by a number, such as `staleness 4`.
        case choiceOrCount([String], word: String, ClosedRange<Int>)
        /// A group of nested fields.
        case group([ScenarioField])
        /// Any names, each with a value of the same form.
        case named(Form)
        /// One of several groups of fields.
        case variants([Variant])
        /// Either of two forms.
        case either(Form, Form)
        /// Anything; written by a command, not by hand.
        case anything
    }

    /// One of several groups of fields.
    public struct Variant: Hashable, Sendable {
        /// What the group is for.
        public let title: String
        /// The fields of the group.
        public let fields: [ScenarioField]
    }

    /// The field's name in the file.
    public let name: String
    /// The kind of value it takes.
    public let form: Form
    /// The default as the reference shows it; nil if there is none.
    public let usual: String?
    /// Whether the field is required.
    public let isNeeded: Bool
    /// What the field means.
    public let summary: String

    init(_ name: String, _ form: Form, usual: String? = nil, isNeeded: Bool = false, _ summary: String) {
        self.name = name
        self.form = form
        self.usual = usual
        self.isNeeded = isNeeded
        self.summary = summary
    }

    /// The nested fields, if any.
    public var fields: [ScenarioField] { form.fields }
}

extension ScenarioField.Form {
    /// The fields of a group, or of all groups that the form allows.
    public var fields: [ScenarioField] {
        switch self {
        case .group(let fields): fields
        case .named(let form): form.fields
        case .variants(let variants): variants.flatMap(\.fields)
        case .either(let first, let second): first.fields + second.fields
        default: []
        }
    }

    /// Bounds of a whole number, if the form allows one.
    var integer: ClosedRange<Int>? {
        switch self {
        case .integer(let range), .count(let range): range
        case .either(let first, let second): first.integer ?? second.integer
        default: nil
        }
    }

    /// Bounds of whole numbers, if the form allows a list of them.
    var integers: ClosedRange<Int>? {
        switch self {
        case .integers(let range): range
        case .either(let first, let second): first.integers ?? second.integers
        default: nil
        }
    }

    /// Bounds of a number, if the form allows one.
    var number: ClosedRange<Double>? { if case .number(let range) = self { range } else { nil } }

    /// Bounds of numbers, if the form allows a list of them.
    var numbers: ClosedRange<Double>? { if case .numbers(let range) = self { range } else { nil } }

    /// Bounds of a time in milliseconds, if the form allows one.
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

    /// The field with the given name, or nil.
    public subscript(name: String) -> ScenarioField? { first { $0.name == name } }
}
