/// Counts the marks in texts that may part several labels.
struct LabelMarks {
    private static let marks: [Character] = ["|", ";", ","]
    /// Whether a byte is such a mark.
    static let isMark: [Bool] = (0..<256).map { byte in marks.contains { $0.asciiValue.map(Int.init) == byte } }

    private var counts = [0, 0, 0]
    /// Texts that are lists as Python prints them: `['a', 'b']`.
    private(set) var lists = 0

    /// Looks at a text.
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        for (index, mark) in Self.marks.enumerated() {
            if let byte = mark.asciiValue, text.contains(byte) { counts[index] += 1 }
        }
        if LabelText.isList(text) { lists += 1 }
    }

    /// The separator that most texts have; nil if none has any.
    var most: Character? {
        guard let most = counts.max(), most > 0 else { return nil }
        return zip(Self.marks, counts).first { $1 == most }?.0
    }

    /// The separator of labels in a column of texts; nil if each value is one label.
    func separator(of values: [String], present: Int) -> Character? {
        zip(Self.marks, counts).first { mark, count in
            count * 20 >= present && (mark == "|" ? Self.comeBack(values, mark) : Self.stand(values, mark))
        }?.0
    }

    /// Whether what stands between marks comes back in other values.
    private static func comeBack(_ values: [String], _ mark: Character) -> Bool {
        var seen: Set<Substring> = []
        return values.prefix(1_000).contains { value in
            let parts = value.split(separator: mark)
            defer { seen.formUnion(parts) }
            return parts.contains { seen.contains($0) }
        }
    }

    /// Whether the same few labels occur at any position between separators. In `Paris, France` and the like, each
    /// position has its own values.
    private static func stand(_ values: [String], _ mark: Character) -> Bool {
        var (leading, later): (Set<String>, Set<String>) = ([], [])
        let looked = values.prefix(1_000)
        for value in looked {
            let parts = LabelText.parts(value, mark)
            guard let first = parts.first else { continue }
            leading.insert(first)
            later.formUnion(parts.dropFirst())
        }
        let all = leading.union(later)
        let areShort = all.allSatisfy { $0.count { $0 == " " } < 4 }
        return areShort && leading.intersection(later).count >= 2 && all.count < looked.count
    }
}

/// Labels of one sample in a text.
enum LabelText {
    /// The labels: what stands between marks, or the items of a list as Python prints it.
    static func parts(_ text: String, _ separator: Character?) -> [String] {
        var copy = text
        if copy.withUTF8({ isList($0) }) { return items(text.dropFirst().dropLast()) }
        guard let separator else { return [text] }
        return text.split(separator: separator).map { $0.trimmed }.filter { !$0.isEmpty }
    }

    /// Whether a text is a list of texts as Python and JSON have it.
    static func isList(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count >= 2, text[0] == UInt8(ascii: "["), text[text.count - 1] == UInt8(ascii: "]") else {
            return false
        }
        return text.count == 2 || text[1] == UInt8(ascii: "'") || text[1] == UInt8(ascii: "\"")
    }

    private static func items(_ text: Substring) -> [String] {
        var (items, item, quote): ([String], String, Character?) = ([], "", nil)
        for character in text {
            if let open = quote {
                if character == open {
                    items.append(item)
                    (item, quote) = ("", nil)
                } else {
                    item.append(character)
                }
            } else if character == "'" || character == "\"" {
                quote = character
            }
        }
        return items.filter { !$0.isEmpty }
    }
}
