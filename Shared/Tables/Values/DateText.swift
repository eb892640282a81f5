/// A date as people and programs write it: `2024-05-01`, `1.5.2024 12:30`, `5/1/24`, `1 May 2024`.
struct DateText {
    /// Year, month and day; if `isOpen`, the first number is taken as the day.
    private var (year, month, day) = (0, 0, 0)
    /// Whether day and month may be in the other order.
    private(set) var isOpen = false
    /// Whether the day comes first, if a day above 12 shows it.
    private(set) var isDayFirst: Bool?
    private var clock = 0

    private enum Token {
        case number(Int, digits: Int)
        case month(Int)
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// Reads a text; nil if it is not a date.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        guard (6...40).contains(text.count) else { return nil }
        var (index, tokens, marks): (Int, [Token], [UInt8]) = (0, [], [])
        while tokens.count < 3 {
            guard let token = Self.token(text, &index) else { return nil }
            tokens.append(token)
            guard tokens.count < 3 else { break }
            guard index < text.count, [45, 47, 46, 32, 44].contains(text[index]) else { return nil }
            marks.append(text[index])
            index += 1
            if index < text.count, text[index] == 32 { index += 1 }
        }
        if index < text.count {
            guard [UInt8(ascii: "T"), 32, 44].contains(text[index]) else { return nil }
            let digits = text[index...].filter { $0 &- 48 <= 9 }.prefix(6)
            clock = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
            for _ in digits.count..<6 { clock *= 10 }
        }
        let isNumeric = marks[0] == marks[1] && marks[0] != 32 && marks[0] != 44
        switch (tokens[0], tokens[1], tokens[2]) {
        case (.number(let year, 4), .number(let month, 1...2), .number(let day, 1...2)) where isNumeric:
            (self.year, self.month, self.day) = (year, month, day)
        case (.number(let first, 1...2), .number(let second, 1...2), .number(let year, let digits))
        where isNumeric && (digits == 4 || digits == 2):
            (self.year, month, day) = (Self.full(year, digits), second, first)
            // Dates with points never have the month first.
            isDayFirst = marks[0] == UInt8(ascii: ".") || first > 12 ? true : second > 12 ? false : nil
            isOpen = isDayFirst == nil
            if isDayFirst == false { swap(&month, &day) }
        case (.number(let day, 1...2), .month(let month), .number(let year, let digits))
        where digits == 4 || digits == 2:
            (self.year, self.month, self.day) = (Self.full(year, digits), month, day)
        case (.month(let month), .number(let day, 1...2), .number(let year, 4)):
            (self.year, self.month, self.day) = (year, month, day)
        default: return nil
        }
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
    }

    /// A number by which dates can be sorted.
    /// - Parameter isDayFirst: Whether the first of two ambiguous numbers is the day.
    func moment(isDayFirst: Bool) -> Double {
        let (month, day) = isOpen && !isDayFirst ? (day, month) : (month, day)
        return Double(((year * 100 + month) * 100 + day) * 1_000_000 + clock)
    }

    private static func full(_ year: Int, _ digits: Int) -> Int {
        digits == 4 ? year : year + (year < 70 ? 2_000 : 1_900)
    }

    private static func token(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Token? {
        let start = index
        while index < text.count, text[index] &- 48 <= 9 { index += 1 }
        if index > start {
            guard index - start <= 4 else { return nil }
            return .number(text[start..<index].reduce(0) { $0 * 10 + Int($1 - 48) }, digits: index - start)
        }
        while index < text.count, (text[index] | 32) &- 97 <= 25 { index += 1 }
        let word = String(decoding: text[start..<index], as: UTF8.self).lowercased()
        guard word.count >= 3, let month = months.firstIndex(of: String(word.prefix(3))) else { return nil }
        return .month(month + 1)
    }
}

/// Counts the dates of a column, and those that show whether days come first.
struct DateCounter {
    private(set) var count = 0
    private var (dayFirst, monthFirst, open) = (0, 0, 0)

    /// Looks at a text.
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        guard let date = DateText(text) else { return }
        count += 1
        if date.isOpen { open += 1 }
        if date.isDayFirst == true { dayFirst += 1 }
        if date.isDayFirst == false { monthFirst += 1 }
    }

    /// Whether days come before months; nil if no date shows it.
    var isDayFirst: Bool? {
        if open == 0 { return true }
        return dayFirst > 0 && monthFirst == 0 ? true : monthFirst > 0 && dayFirst == 0 ? false : nil
    }
}
