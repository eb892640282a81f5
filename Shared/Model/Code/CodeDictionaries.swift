/// The dictionaries that convert artificial codes to integers and back.
///
/// A term keeps its number forever, so that stored integer codes stay readable as dictionaries grow.
///
/// ```swift
/// var dictionaries = CodeDictionaries()
/// let (numbers, added) = dictionaries.encodeAdding(code)     // `added`: the terms to store
/// try dictionaries.decode(numbers) == code                   // true
/// ```
public struct CodeDictionaries: Hashable, Sendable {
    /// A dictionary.
    public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
        /// Model names.
        case names
        /// Functional areas.
        case areas
        /// What networks do, such as `detection`.
        case functions
        /// Families of networks.
        case categories
        /// Datasets that weights were trained on.
        case datasets
        /// Optimizers that trained weights.
        case optimizers
        /// Platforms that wrote weights, such as `PyTorch1.6`.
        case platforms
        /// Families of detectors in a search for a tracker. They are not a field of codes; 1 to 4 are those of table 2
        /// in the source paper.
        case detectors
    }

    /// A word with its number.
    public struct Term: Hashable, Sendable, Codable {
        /// The dictionary that the word belongs to.
        public let kind: Kind
        /// The word's number, from 1, unique within the dictionary.
        public let number: UInt32
        /// The word.
        public let text: String

        /// Makes a term.
        public init(kind: Kind, number: UInt32, text: String) {
            self.kind = kind
            self.number = number
            self.text = text
        }
    }

    private var numbers: [Kind: [String: UInt32]] = [:]
    private var texts: [Kind: [UInt32: String]] = [:]

    /// Empty dictionaries.
    public init() {}

    /// Dictionaries with the given terms.
    /// - Throws: `Failure` with code `conflict` if a dictionary lists a number or word twice, and `invalid-argument`
    ///   for number 0.
    public init(_ terms: some Sequence<Term>) throws {
        for term in terms {
            guard term.number > 0 else {
                throw Failure(.invalidArgument, "Dictionary '\(term.kind.rawValue)': numbers begin at 1.")
            }
            guard numbers[term.kind]?[term.text] == nil, texts[term.kind]?[term.number] == nil else {
                throw Failure(
                    .conflict,
                    "Dictionary '\(term.kind.rawValue)': '\(term.text)' or number \(term.number) is listed twice.")
            }
            insert(term)
        }
    }

    /// All terms, ordered by dictionary and number.
    public var terms: [Term] {
        Kind.allCases.flatMap { kind in
            (texts[kind] ?? [:]).map { Term(kind: kind, number: $0.key, text: $0.value) }.sorted {
                $0.number < $1.number
            }
        }
    }

    /// The number of a word.
    public func number(of text: String, in kind: Kind) -> UInt32? { numbers[kind]?[text] }

    /// The word with a number.
    public func text(of number: UInt32, in kind: Kind) -> String? { texts[kind]?[number] }

    /// The number of a word, which is added if it is new.
    public mutating func add(_ text: String, to kind: Kind) -> UInt32 {
        if let known = numbers[kind]?[text] { return known }
        let next = (texts[kind]?.keys.max() ?? 0) + 1
        insert(Term(kind: kind, number: next, text: text))
        return next
    }

    private mutating func insert(_ term: Term) {
        numbers[term.kind, default: [:]][term.text] = term.number
        texts[term.kind, default: [:]][term.number] = term.text
    }
}

// MARK: - Integer form

extension CodeDictionaries {
    /// The integer form: name, number of areas, areas, number of functions, functions, category, dataset, size (digits,
    /// decimal places, unit), accuracy (0, or 1 with digits and decimal places), optimizer, platform.
    /// - Throws: `Failure` with code `not-found` that names a word that is in no dictionary.
    public func encode(_ code: ArtificialCode) throws -> [UInt32] {
        try encode(code) { text, kind in
            guard let number = number(of: text, in: kind) else {
                throw Failure(
                    .notFound, "Artificial code: '\(text)' is not in the dictionary '\(kind.rawValue)'; add it first.")
            }
            return number
        }
    }

    /// The integer form. Adds new words and returns the added terms as well.
    public mutating func encodeAdding(_ code: ArtificialCode) -> (numbers: [UInt32], added: [Term]) {
        var grown = self
        var added: [Term] = []
        let numbers = encode(code) { text, kind in
            let isNew = grown.number(of: text, in: kind) == nil
            let number = grown.add(text, to: kind)
            if isNew { added.append(Term(kind: kind, number: number, text: text)) }
            return number
        }
        self = grown
        return (numbers, added)
    }

    private func encode<E: Error>(
        _ code: ArtificialCode, number: (String, Kind) throws(E) -> UInt32
    ) throws(E) -> [UInt32] {
        var result = [try number(code.name, .names)]
        for (entries, kind) in [(code.areas, Kind.areas), (code.functions, .functions)] {
            result.append(UInt32(entries.count))
            for entry in entries { result.append(try number(entry, kind)) }
        }
        result.append(try number(code.category, .categories))
        result.append(try number(code.dataset, .datasets))
        result += [code.size.number.digits, code.size.number.decimals, code.size.unit.rawValue]
        result += code.accuracy.map { [1, $0.number.digits, $0.number.decimals] } ?? [0]
        result.append(try number(code.optimizer, .optimizers))
        result.append(try number(code.platform, .platforms))
        return result
    }

    /// The code that an integer form represents.
    /// - Throws: `Failure` with code `invalid-argument` that names the field if the form is malformed, `not-found` if a
    ///   number is in no dictionary.
    public func decode(_ numbers: [UInt32]) throws -> ArtificialCode {
        var reader = CodeReader(numbers: numbers, dictionaries: self)
        let code = try ArtificialCode(
            name: reader.term(.names), areas: reader.terms(.areas), functions: reader.terms(.functions),
            category: reader.term(.categories), dataset: reader.term(.datasets), size: reader.size(),
            accuracy: reader.accuracy(), optimizer: reader.term(.optimizers), platform: reader.term(.platforms))
        try reader.finish()
        return code
    }
}

/// Reads the integer form from front to back.
private struct CodeReader {
    let numbers: [UInt32]
    let dictionaries: CodeDictionaries
    var position = 0

    mutating func next(_ field: String) throws -> UInt32 {
        guard position < numbers.count else { throw broken(field, "the code ends before it") }
        defer { position += 1 }
        return numbers[position]
    }

    mutating func term(_ kind: CodeDictionaries.Kind) throws -> String {
        let number = try next(kind.rawValue)
        guard let text = dictionaries.text(of: number, in: kind) else {
            throw Failure(.notFound, "Artificial code: the dictionary '\(kind.rawValue)' has no number \(number).")
        }
        return text
    }

    mutating func terms(_ kind: CodeDictionaries.Kind) throws -> [String] {
        let count = try next(kind.rawValue)
        guard count <= numbers.count - position else {
            throw broken(kind.rawValue, "the code is shorter than the \(count) entries that it declares")
        }
        var result: [String] = []
        for _ in 0..<count { result.append(try term(kind)) }
        return result
    }

    mutating func size() throws -> ParameterSize {
        let (digits, decimals, unit) = (try next("size"), try next("size"), try next("size"))
        guard let number = ShortDecimal(digits: digits, decimals: decimals),
            let unit = ParameterSize.Unit(rawValue: unit)
        else { throw broken("size", "\(digits), \(decimals), \(unit) is not a size") }
        return ParameterSize(number: number, unit: unit)
    }

    mutating func accuracy() throws -> AccuracyPercentage? {
        switch try next("accuracy") {
        case 0: return nil
        case 1:
            let (digits, decimals) = (try next("accuracy"), try next("accuracy"))
            guard
                let accuracy = ShortDecimal(digits: digits, decimals: decimals).flatMap(
                    AccuracyPercentage.init(number:))
            else { throw broken("accuracy", "\(digits), \(decimals) is not a percentage") }
            return accuracy
        case let other: throw broken("accuracy", "expected 0 or 1, found \(other)")
        }
    }

    func finish() throws {
        if position != numbers.count { throw broken("platform", "the code continues after it") }
    }

    private func broken(_ field: String, _ what: String) -> Failure {
        Failure(.invalidArgument, "Artificial code as integers, field '\(field)': \(what).")
    }
}
