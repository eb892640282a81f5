import Yams

/// Reads a mapping of a YAML file field by field. Failures name file, line, column and field.
struct FieldReader {
    /// A failure that names its place in the file, so that callers do not add it again.
    struct Located: Error {
        let failure: Failure
    }

    /// A position in the file.
    struct Place: Hashable, Sendable {
        let line: Int
        let column: Int
    }

    let file: String
    /// Names from the top of the file to this mapping, joined by periods; empty at the top.
    let path: String
    /// The fields that are allowed here; nil if any name is allowed.
    private let known: [ScenarioField]?
    /// The form of the value under each name, if any name is allowed.
    private let each: ScenarioField.Form?
    private let mapping: Node.Mapping
    private let place: Place

    /// Takes a mapping and rejects unknown keys.
    /// - Parameters:
    ///   - form: The form that the mapping must have.
    ///   - keys: The allowed names, if `form` allows any name.
    init(_ node: Node, file: String, path: String, as form: ScenarioField.Form, keys: [String]? = nil) throws {
        self.file = file
        self.path = path
        if case .named(let each) = form {
            (known, self.each) = (nil, each)
        } else {
            (known, each) = (form.fields, nil)
        }
        place = Place(node)
        guard case .mapping(let mapping) = node else {
            let what = "expected fields, found \(Self.kind(node))."
            throw Located(failure: Self.failure(file, place, path.isEmpty ? "scenario" : path, what))
        }
        self.mapping = mapping
        for (key, _) in mapping { try check(key, among: keys ?? known?.names) }
    }

    /// Reads the top of a file.
    /// - Throws: `Failure` with code `invalid-argument` that names file, line and column.
    static func read<Value>(
        _ text: String, file: String, as form: ScenarioField.Form = .group(ScenarioField.top),
        _ body: (FieldReader) throws -> Value
    ) throws -> Value {
        do {
            return try body(FieldReader(ScenarioText.parse(text, file: file), file: file, path: "", as: form))
        } catch let located as Located {
            throw located.failure
        }
    }

    private func check(_ key: Node, among keys: [String]?) throws {
        guard case .scalar(let scalar) = key else {
            throw located(Place(key), path.isEmpty ? "scenario" : path, "a field name must be a single word.")
        }
        guard let keys, !keys.contains(scalar.string) else { return }
        let question = NearestName.question(scalar.string, among: keys)
        throw located(
            Place(key), field(scalar.string),
            "there is no such field.\(question) Known fields here: \(keys.joined(separator: ", ")).")
    }

    /// The field's full name.
    func field(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// Names of the fields present, in file order.
    var keys: [String] { mapping.compactMap { $0.key.scalar?.string } }

    /// The value of a key, in any form.
    func node(_ key: String) -> Node? { mapping[key] }

    /// Whether the group under a key has a field.
    func has(_ field: String, below key: String) -> Bool { mapping[key]?.mapping?[field] != nil }

    /// Whether the value of a key is a mapping.
    func isGroup(_ key: String) -> Bool { mapping[key]?.mapping != nil }

    /// The mapping under a key.
    /// - Parameters:
    ///   - keys: The allowed names, if the table allows any name.
    ///   - variant: The fields to expect, if the table has several forms.
    func fields(
        _ key: String, keys: [String]? = nil, as variant: [ScenarioField]? = nil
    ) throws -> FieldReader? {
        guard let node = mapping[key] else { return nil }
        let form = try variant.map { .group($0) } ?? form(of: key)
        return try FieldReader(node, file: file, path: field(key), as: form, keys: keys)
    }

    /// The table's entry for a key. Keys that are not in the table were rejected by the initializer.
    private func form(of key: String) throws -> ScenarioField.Form {
        guard let form = each ?? known?[key]?.form else { throw undescribed(key) }
        return form
    }

    private func undescribed(_ key: String) -> Failure {
        Failure(.internal, "The table of scenario fields does not describe '\(field(key))' the way it is read.")
    }

    /// The text under a key.
    func text(_ key: String) throws -> String? {
        guard let node = mapping[key] else { return nil }
        guard let text = node.scalar.flatMap(Self.text) else {
            throw wrong(key, "expected text, found \(Self.kind(node)).")
        }
        return text
    }

    /// The texts under a key.
    func texts(_ key: String) throws -> [String]? {
        try list(key, of: "texts", Self.text)
    }

    /// The numbers under a key.
    func numbers(_ key: String) throws -> [Double]? {
        guard mapping[key] != nil else { return nil }
        guard let range = try form(of: key).numbers else { throw undescribed(key) }
        return try numbers(key, in: range)
    }

    /// The whole numbers under a key; they must be distinct unless repeats are allowed.
    func integers(_ key: String, repeating: Bool = false) throws -> [Int]? {
        guard mapping[key] != nil else { return nil }
        guard let range = try form(of: key).integers else { throw undescribed(key) }
        guard let numbers = try numbers(key, in: Double(range.lowerBound)...Double(range.upperBound)) else {
            return nil
        }
        if let broken = numbers.first(where: { $0 != $0.rounded() }) {
            throw wrong(key, "\(broken) is not a whole number.")
        }
        guard repeating || Set(numbers).count == numbers.count else {
            throw wrong(key, "a number is listed twice.")
        }
        return numbers.map { Int($0) }
    }

    private func numbers(_ key: String, in range: ClosedRange<Double>) throws -> [Double]? {
        let numbers = try list(key, of: "numbers") { Self.number($0) }
        if let outside = numbers?.first(where: { !range.contains($0) }) {
            throw wrong(key, "\(outside) is not from \(range.lowerBound) to \(range.upperBound).")
        }
        return numbers
    }

    private func list<Value>(_ key: String, of what: String, _ read: (Node.Scalar) -> Value?) throws -> [Value]? {
        guard let node = mapping[key] else { return nil }
        guard case .sequence(let sequence) = node, !sequence.isEmpty else {
            throw wrong(key, "expected a list of \(what) in square brackets, found \(Self.kind(node)).")
        }
        return try sequence.map { element in
            guard let value = element.scalar.flatMap(read) else {
                throw located(
                    Place(element), field(key), "expected a list of \(what), but one element is \(Self.kind(element)).")
            }
            return value
        }
    }

    /// The number under a key.
    func number(_ key: String) throws -> Double? {
        guard let node = mapping[key] else { return nil }
        guard let range = try form(of: key).number else { throw undescribed(key) }
        guard let number = node.scalar.flatMap(Self.number) else {
            throw wrong(key, "expected a number, found \(Self.kind(node)).")
        }
        guard range.contains(number) else {
            throw wrong(key, "\(number) is not from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// The whole number under a key; `2e6` is one.
    /// - Parameter narrower: Bounds that follow from other fields; by default those of the table.
    func integer(_ key: String, in narrower: ClosedRange<Int>? = nil) throws -> Int? {
        guard let node = mapping[key] else { return nil }
        guard let bounds = try form(of: key).integer else { throw undescribed(key) }
        let range = narrower ?? bounds
        guard let scalar = node.scalar, let number = Self.number(scalar), number == number.rounded() else {
            throw wrong(key, "expected a whole number, found \(Self.kind(node)).")
        }
        guard let integer = Int(scalar.string) ?? Int(exactly: number), range.contains(integer) else {
            throw wrong(key, "\(scalar.string) is not from \(range.lowerBound) to \(range.upperBound).")
        }
        return integer
    }

    /// The whole number under a key, or nil if the value is `all` or empty; `fallback` if the key is absent.
    func count(_ key: String, in range: ClosedRange<Int>, fallback: Int?) throws -> Int? {
        guard let node = mapping[key] else { return fallback }
        return node.scalar?.string == "all" ? nil : try integer(key, in: range)
    }

    /// Units of time in milliseconds. A name comes before any shorter name that it ends with.
    private static let units = [
        ("us", 0.001), ("µs", 0.001), ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000),
    ]

    /// The time under a key in milliseconds, such as 5 of `5ms`.
    func milliseconds(_ key: String) throws -> Double? {
        guard let text = try text(key) else { return nil }
        guard let range = try form(of: key).time else { throw undescribed(key) }
        guard let (unit, factor) = Self.units.first(where: { text.hasSuffix($0.0) }),
            let number = Double(text.dropLast(unit.count).filter { $0 != " " }), number.isFinite
        else {
            throw wrong(key, "expected a time with a unit, such as 5ms, 1.5s or 10m, found '\(text)'.")
        }
        guard range.contains(number * factor) else {
            throw wrong(
                key, "\(text) is not from \(range.lowerBound) to \(range.upperBound) milliseconds.")
        }
        return number * factor
    }

    /// The choice under a key.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: String, of: Choice.Type) throws -> Choice? {
        try text(key).map { try chosen($0, key) }
    }

    /// The choices under a key.
    func choices<Choice: RawRepresentable<String> & CaseIterable>(_ key: String, of: Choice.Type) throws -> [Choice]? {
        try texts(key)?.map { try chosen($0, key) }
    }

    private func chosen<Choice: RawRepresentable<String> & CaseIterable>(_ text: String, _ key: String) throws -> Choice
    {
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        throw wrong(
            key,
            "'\(text)' is not one of the choices.\(NearestName.question(text, among: names)) "
                + "Choices: \(names.joined(separator: ", ")).")
    }

    /// The failure of a field. If the field is absent, the failure points at the mapping.
    func wrong(_ key: String, _ what: String) -> Located {
        located(mapping[key].map(Place.init) ?? place, field(key), what)
    }

    private func located(_ place: Place, _ field: String, _ what: String) -> Located {
        Located(failure: Self.failure(file, place, field, what))
    }

    /// The position of every field here, by full name.
    var places: [String: Place] { Self.places(of: .mapping(mapping)) }

    private static func places(of node: Node, path: String = "") -> [String: Place] {
        var places = [path: Place(node)]
        guard case .mapping(let mapping) = node else { return places }
        for (key, value) in mapping {
            guard let name = key.scalar?.string else { continue }
            places.merge(Self.places(of: value, path: path.isEmpty ? name : "\(path).\(name)")) { first, _ in first }
        }
        return places
    }

    static func failure(_ file: String, _ place: Place, _ field: String, _ what: String) -> Failure {
        Failure(.invalidArgument, "\(file):\(place.line):\(place.column): \(field): \(what)")
    }

    /// A plain scalar as a number; YAML 1.1 would read `2e6` as text.
    private static func number(_ scalar: Node.Scalar) -> Double? {
        let isPlain = scalar.style == .plain || scalar.style == .any
        let isNumeric = scalar.string.utf8.allSatisfy { (48...57).contains($0) || "+-.eE".utf8.contains($0) }
        guard isPlain, isNumeric, let number = Double(scalar.string), number.isFinite else { return nil }
        return number
    }

    /// The text of a scalar; nil if it is empty or null, which `~` and `null` without quotes are (YAML 1.2.2, 10.3.2).
    private static func text(_ scalar: Node.Scalar) -> String? {
        scalar.string.isEmpty || isNull(scalar) ? nil : scalar.string
    }

    private static func isNull(_ scalar: Node.Scalar) -> Bool {
        (scalar.style == .plain || scalar.style == .any) && ["~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// The kind of a node, for messages.
    private static func kind(_ node: Node) -> String {
        switch node {
        case .scalar(let scalar) where isNull(scalar): "nothing (\(scalar.string))"
        case .scalar(let scalar): scalar.string.isEmpty ? "nothing" : "'\(scalar.string.prefix(80))'"
        case .mapping: "a group of fields"
        case .sequence: "a list"
        default: "something else"
        }
    }
}

extension FieldReader.Place {
    init(_ node: Node) {
        self.init(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
