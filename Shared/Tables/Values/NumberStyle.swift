import Foundation

/// How the numbers of a column are written.
enum NumberStyle: Hashable, Sendable {
    /// As programs write them: `1234.5`, `1e6`.
    case plain
    /// As people write them, with a point before decimals: `1,234.50`, `$ 5`, `12 %`.
    case point
    /// As people write them, with a comma before decimals: `1.234,50`, `5 €`.
    case comma

    /// The decimal separator.
    fileprivate var mark: Character { self == .comma ? "," : "." }
    /// The separator of groups of three digits; spaces and apostrophes are allowed in every style.
    fileprivate var grouping: Character { self == .comma ? "." : "," }
}

extension NumberText {
    /// The number that a text represents in a style; nil if it is not a number.
    static func number(_ text: UnsafeBufferPointer<UInt8>, _ style: NumberStyle) -> Double? {
        switch style {
        case .plain: return plain(text)
        // A point between groups would be read as the decimal point.
        case .comma: return written(text, style)
        case .point: return plain(text) ?? written(text, style)
        }
    }

    private static func plain(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        if case .number(let number, _) = read(text) { number } else { nil }
    }

    private static let currencies = [
        "$", "€", "£", "¥", "₹", "₽", "₩", "R$", "US$", "USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "INR", "kr",
        "zł",
        "Kč", "Fr.",
    ]
    private static let blanks: Set<Character> = [" ", "\u{A0}", "\u{202F}", "\u{2009}"]
    private static let apostrophes: Set<Character> = ["'", "’"]

    /// A number as people write it: with groups of three digits, a currency or a percent sign, a typographic minus
    /// sign, or parentheses around a negative amount.
    static func written(_ text: UnsafeBufferPointer<UInt8>, _ style: NumberStyle) -> Double? {
        guard text.count <= 40, text.contains(where: { $0 &- 48 <= 9 }) else { return nil }
        var rest = String(decoding: text, as: UTF8.self)[...]
        var isNegative = false
        if rest.first == "(", rest.last == ")" {
            isNegative = true
            rest = rest.dropFirst().dropLast()
        }
        func trim() {
            while let first = rest.first, blanks.contains(first) { rest.removeFirst() }
            while let last = rest.last, blanks.contains(last) { rest.removeLast() }
        }
        func takeSign() {
            guard let first = rest.first, ["-", "\u{2212}", "+"].contains(first) else { return }
            isNegative = isNegative != (first != "+")
            rest.removeFirst()
        }
        takeSign()
        let bare = rest
        for unit in currencies where rest.hasPrefix(unit) { rest = rest.dropFirst(unit.count) }
        trim()
        if rest.count < bare.count { takeSign() }
        if rest.last == "%" {
            rest.removeLast()
        } else if let unit = currencies.first(where: { rest.hasSuffix($0) }) {
            rest = rest.dropLast(unit.count)
        }
        trim()
        guard let number = grouped(rest, style) else { return nil }
        return isNegative ? -number : number
    }

    /// Digits in groups of three, and decimals.
    private static func grouped(_ text: Substring, _ style: NumberStyle) -> Double? {
        let halves = text.split(separator: style.mark, omittingEmptySubsequences: false)
        guard halves.count <= 2, let whole = halves.first else { return nil }
        let decimals = halves.count == 2 ? halves[1] : ""
        guard decimals.utf8.allSatisfy({ $0 &- 48 <= 9 }), !(whole.isEmpty && decimals.isEmpty) else { return nil }
        let isMark = { (character: Character) in
            character == style.grouping || blanks.contains(character) || apostrophes.contains(character)
        }
        let groups = whole.split(omittingEmptySubsequences: false, whereSeparator: isMark)
        guard Set(whole.filter(isMark)).count <= 1 else { return nil }
        let areDigits = groups.allSatisfy { group in group.utf8.allSatisfy { $0 &- 48 <= 9 } }
        let areGroups = groups.count == 1 || !groups[0].isEmpty && groups[0].count <= 3 && groups[0] != "0"
        guard areDigits, areGroups, groups.dropFirst().allSatisfy({ $0.count == 3 }) else { return nil }
        // Leading zeros indicate a code, in which zeros matter.
        if groups.count == 1, whole.count > 1, whole.first == "0" { return nil }
        return Double("\(groups.joined()).\(decimals.isEmpty ? "0" : decimals)".withZero)
    }

    /// Texts that stand for a missing number in columns of numbers.
    private static let placeholders: Set<String> = [
        "-", "--", "---", ".", "..", "...", "–", "—", "*", "x", "none", "missing", "unknown", "n.a.", "n.a", "n/d",
        "nd",
        "k.a.", "not available", "not applicable", "<na>", "#na", "-nan", "#div/0!", "#value!", "#ref!", "#name?",
        "#num!",
        "#null!", "(null)", "nil", "undefined", "tbd",
    ]

    /// Whether a text among numbers means a missing value.
    static func isPlaceholder(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.count <= 14 && placeholders.contains(String(decoding: text, as: UTF8.self).lowercased())
    }
}

extension String {
    /// With a zero before a leading point.
    fileprivate var withZero: String { first == "." ? "0" + self : self }
}

/// Counts how many values of a column are numbers in each style.
struct StyleCounter {
    private(set) var points = 0
    private(set) var commas = 0
    /// Number of texts that are ambiguous because of a comma or point before three digits: `1,234`.
    private var ambiguous = 0
    /// Number of plain numbers that would be groups with a decimal comma: `1.234`.
    private var groups = 0
    private(set) var placeholders = 0
    private var others = 0
    /// Number of texts that are not numbers after which hardly any others will be.
    private static let mostOthers = 1_000

    /// Looks at a text that programs would not read as a number.
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        guard others < Self.mostOthers + 20 * (points + commas) else { return }
        if NumberText.isPlaceholder(text) {
            placeholders += 1
            return
        }
        let isPoint = NumberText.written(text, .point) != nil
        let isComma = NumberText.written(text, .comma) != nil
        if isPoint { points += 1 }
        if isComma { commas += 1 }
        if !isPoint && !isComma { others += 1 }
        if isPoint && isComma && text.contains(UInt8(ascii: ",")) { ambiguous += 1 }
    }

    /// Looks at a number with decimals as programs write it.
    mutating func add(decimals text: UnsafeBufferPointer<UInt8>) {
        let unsigned = text.first == UInt8(ascii: "-") ? UnsafeBufferPointer(rebasing: text.dropFirst()) : text
        guard (5...7).contains(unsigned.count), unsigned[unsigned.count - 4] == UInt8(ascii: "."), unsigned[0] != 48
        else {
            return
        }
        groups += 1
    }

    /// The style of a column if almost all of its values are numbers; otherwise nil.
    /// - Parameters:
    ///   - present: Number of values that are not missing.
    ///   - plain: Number of plain numbers.
    ///   - wholes: Number of plain numbers without decimals.
    ///   - separator: The column separator of the table.
    func style(present: Int, plain: Int, wholes: Int, separator: UInt8?) -> NumberStyle? {
        let values = present - placeholders
        guard points + commas > 0, values > 0 else { return nil }
        let (asPoint, asComma) = (plain + points, wholes + groups + commas)
        guard max(asPoint, asComma) * 20 >= values * 19 else { return nil }
        if asPoint != asComma { return asPoint > asComma ? .point : .comma }
        // If commas separate columns, a comma inside a number is not a decimal comma.
        return commas > 0 && ambiguous == 0 || separator == UInt8(ascii: ",") ? .point : .comma
    }

    /// Whether there are numbers whose comma may be a decimal comma or a group separator.
    var isAmbiguous: Bool { ambiguous > 0 && ambiguous == points && points == commas }
}
