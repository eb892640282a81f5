import Model
import Yams

/// A value of a Compose file with its location, so that every error can name file, line and field.
struct ComposeNode {
    let node: Node
    let file: String
    let path: String
    let interpolation: Interpolation

    init(node: Node, file: String, path: String, interpolation: Interpolation) {
        self.node = node
        self.file = file
        self.path = path
        self.interpolation = interpolation
    }

    func problem(_ message: String, at place: Node? = nil) -> Failure {
        let line = (place ?? node).mark.map { ":\($0.line)" } ?? ""
        return Failure(.invalidArgument, "\(file)\(line): \(path.isEmpty ? "" : "\(path): ")\(message)")
    }

    private func child(_ node: Node, _ name: String) -> ComposeNode {
        let path = self.path.isEmpty ? name : "\(self.path).\(name)"
        return ComposeNode(node: node, file: file, path: path, interpolation: interpolation)
    }

    // MARK: - Mappings

    /// The entries of a mapping in order, with merge keys (`<<`) resolved and `x-` extensions left out.
    func entries() throws -> [(key: String, value: ComposeNode)] {
        guard let mapping = node.mapping else { throw problem("expected a mapping here") }
        var entries: [(key: String, value: ComposeNode)] = []
        var merged: [(key: String, value: ComposeNode)] = []
        for (keyNode, valueNode) in mapping {
            guard let key = keyNode.string else { throw problem("a key must be text", at: keyNode) }
            if key == "<<" {
                let sources = valueNode.sequence.map(Array.init) ?? [valueNode]
                for source in sources { merged += try child(source, "<<").entries() }
            } else if !key.hasPrefix("x-") {
                entries.append((key, child(valueNode, key)))
            }
        }
        let own = Set(entries.map(\.key))
        var inherited: Set<String> = []
        for entry in merged where !own.contains(entry.key) && inherited.insert(entry.key).inserted {
            entries.append((entry.key, child(entry.value.node, entry.key)))
        }
        return entries
    }

    /// Passes each entry of the mapping to the reader of its key; a key without a reader is an error unless it is ignored.
    /// A key whose value is null counts as absent.
    /// - Parameter refused: Known but refused keys, with the reason.
    func read(
        _ readers: [String: (ComposeNode) throws -> Void], ignoring ignored: Set<String> = [],
        refusing refused: [String: String] = [:]
    ) throws {
        for (key, value) in try entries() {
            if let reader = readers[key] {
                if !value.isNull { try reader(value) }
            } else if let reason = refused[key] {
                throw problem("the key '\(key)' is not supported: \(reason)", at: place(of: key))
            } else if ignored.contains(key) {
                // Its values do not matter here, but no list of the specification has nulls.
                for item in value.node.sequence == nil ? [] : try value.list() where item.isNull {
                    _ = try item.string()
                }
            } else {
                let known = readers.keys.sorted() + ignored.sorted()
                let hint = nearest(to: key, in: known).map { "; did you mean '\($0)'?" }
                throw problem(
                    "unknown key '\(key)'\(hint ?? "; known keys are \(known.sorted().joined(separator: ", "))")",
                    at: place(of: key))
            }
        }
    }

    private func place(of key: String) -> Node? { node.mapping?.keys.first { $0.string == key } }

    // MARK: - Scalars

    /// The text of a scalar with variables replaced.
    func string() throws -> String {
        guard let scalar = node.scalar else { throw problem("expected a single value here") }
        guard !isNull else { throw problem("expected a value here, not null; an empty text is written as \"\"") }
        let text = try expand(scalar.string)
        // In C the text would end there.
        guard !text.unicodeScalars.contains("\0") else { throw problem("a value cannot contain a NUL character") }
        return text
    }

    var isNull: Bool { node.null != nil }

    private func expand(_ text: String) throws -> String {
        do {
            return try interpolation.expand(text)
        } catch {
            throw problem(error.message)
        }
    }

    func integer(in range: ClosedRange<Int>) throws -> Int {
        let text = try string()
        guard let value = Int(text), range.contains(value) else {
            throw problem("'\(text)' is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func boolean() throws -> Bool {
        let text = try string()
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw problem("'\(text)' is neither true nor false")
        }
    }

    func duration() throws -> Duration {
        let text = try string()
        guard let duration = parseDuration(text) else {
            throw problem("'\(text)' is not a duration such as 500ms, 10s or 1m30s")
        }
        return duration
    }

    /// An interval; nil for 0, which means the default.
    func period() throws -> Duration? {
        let duration = try duration()
        if duration == .zero { return nil }
        guard duration >= .milliseconds(1) else { throw problem("less than 1ms is too short") }
        return duration
    }

    /// A size such as `8m` in bytes.
    func bytes() throws -> Int {
        let text = try string().lowercased()
        let digits = text.prefix { $0.isNumber }
        let shifts = ["": 0, "b": 0, "k": 10, "kb": 10, "m": 20, "mb": 20, "g": 30, "gb": 30]
        let unit = String(text.dropFirst(digits.count))
        guard let number = Int(digits), (1...1 << 30).contains(number), let shift = shifts[unit] else {
            throw problem("'\(text)' is not a size such as 512k or 8m")
        }
        return number << shift
    }

    // MARK: - Lists

    func list() throws -> [ComposeNode] {
        guard let sequence = node.sequence else { throw problem("expected a list here") }
        return sequence.enumerated().map { index, node in child(node, "\(index)") }
    }

    func strings() throws -> [String] { try list().map { try $0.string() } }

    /// A command: a list unchanged, a text split into words as in a shell.
    func command() throws -> [String] {
        if node.sequence != nil { return try strings() }
        let text = try string()
        guard let words = splitWords(text) else { throw problem("a quotation mark is not closed in '\(text)'") }
        return words
    }

    /// Variables: a mapping, or a list of `NAME=value`.
    func variables() throws -> [String: String] {
        if node.sequence != nil {
            return try Dictionary(
                list().compactMap { item in
                    guard try item.string().first != "=" else {
                        throw item.problem("a variable needs a name before the '='")
                    }
                    let parts = try item.string().split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    // A bare name means the launcher's value, which the process inherits anyway.
                    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
                },
                uniquingKeysWith: { $1 })
        }
        return try Dictionary(
            entries().compactMap { key, value in value.isNull ? nil : (key, try value.string()) },
            uniquingKeysWith: { $1 })
    }
}

/// The words of a command line, with quotation marks and backslashes as in a shell; nil if a quote is not closed.
func splitWords(_ text: String) -> [String]? {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var characters = text.makeIterator()
    while let character = characters.next() {
        switch (character, quote) {
        case (quote, .some): quote = nil
        case ("\\", nil), ("\\", "\""):
            guard let next = characters.next() else { return nil }
            word = (word ?? "") + String(next)
        case ("'", nil), ("\"", nil):
            quote = character
            word = word ?? ""
        case (_, nil) where character.isWhitespace:
            if let done = word { words.append(done) }
            word = nil
        default: word = (word ?? "") + String(character)
        }
    }
    guard quote == nil else { return nil }
    if let last = word { words.append(last) }
    return words
}

/// The nearest candidate within two typos, for "did you mean".
public func nearest(to text: String, in candidates: [String]) -> String? {
    let distances = candidates.map { ($0, editDistance(text, $0)) }
    return distances.filter { $0.1 <= 2 && $0.1 < text.count }.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
}

private func editDistance(_ left: String, _ right: String) -> Int {
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let next = min(row[j + 1] + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
            diagonal = row[j + 1]
            row[j + 1] = next
        }
    }
    return row[right.count]
}
