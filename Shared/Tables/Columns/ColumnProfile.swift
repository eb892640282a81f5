import Model

/// Statistics of a column, gathered while its rows are read.
struct ColumnProfile {
    let name: String
    private(set) var rows = 0
    private(set) var missing = 0
    private(set) var firstMissing: String?
    private(set) var numbers = 0
    private(set) var wholes = 0
    private(set) var infinite = 0
    private(set) var codes = 0
    private(set) var styles = StyleCounter()
    private(set) var texts = 0
    private(set) var firstText: (place: String, value: String)?
    private(set) var dates = DateCounter()
    private(set) var paths: [MediaType: Int] = [:]
    private(set) var marks = LabelMarks()
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    private(set) var sum = 0.0
    private(set) var isSequence = true
    private var last = 0.0
    private(set) var longestText = 0
    private(set) var letters = 0
    private(set) var blanks = 0
    private(set) var plain = 0
    private(set) var digitTexts = 0
    private(set) var lists = 0
    private(set) var labelLists = 0
    private(set) var shortestList = Int.max
    private(set) var longestList = 0
    private(set) var arrays = 0
    private(set) var shape: [Int]?
    private(set) var areBytes = true
    private(set) var contents: [MediaType: Int] = [:]
    private(set) var distinct = DistinctCounter()
    private(set) var examples: [String] = []

    /// Rows that have a value.
    var present: Int { rows - missing }

    /// Whether all numbers are whole, as class codes are.
    var areWhole: Bool { numbers > 0 && wholes == numbers && styles.points + styles.commas == 0 }

    /// How its numbers are written, if people write them differently from programs; nil if they do not, or if few values are numbers.
    /// - Parameter separator: The separator between the columns of its table.
    func style(separator: UInt8?) -> NumberStyle? {
        codes > 0
            ? nil : styles.style(present: present, plain: numbers + infinite, wholes: wholes, separator: separator)
    }

    /// Starts empty.
    init(_ name: String) { self.name = name }

    /// Adds a field of a text table.
    mutating func add(_ text: UnsafeBufferPointer<UInt8>, place: () -> String) {
        rows += 1
        if NumberText.isMissing(text) { return addMissing(place) }
        switch NumberText.read(text) {
        case .number(let number, let isWhole):
            if !isWhole { styles.add(decimals: text) }
            add(number, isWhole: isWhole) { String(decoding: text, as: UTF8.self) }
        case .code:
            codes += 1
            add(words: text, place)
        case .other:
            styles.add(text)
            add(words: text, place)
        }
    }

    /// Adds a value.
    mutating func add(_ cell: Cell, place: () -> String) {
        rows += 1
        switch cell {
        case .missing: addMissing(place)
        case .number(let number) where number.isNaN: addMissing(place)
        case .number(let number):
            add(number, isWhole: number == number.rounded()) { NumberText.description(of: number) }
        case .text(var text): text.withUTF8 { add(words: $0, place) }
        case .list(let cells): add(list: cells, cell)
        case .array(let array):
            arrays += 1
            areBytes = areBytes && array.areBytes
            if shape == nil { shape = array.shape } else if shape != array.shape { shape = [] }
            distinct.add(Hash.cell(cell)) { cell.description }
            addExample { cell.description }
        case .bytes(let bytes):
            contents[Magic.type(of: bytes) ?? .text, default: 0] += 1
            addExample { cell.description }
        }
    }

    private mutating func addMissing(_ place: () -> String) {
        missing += 1
        if firstMissing == nil { firstMissing = place() }
    }

    private mutating func addExample(_ text: () -> String) {
        guard examples.count < 5 else { return }
        let text = String(text().prefix(200))
        if !examples.contains(text) { examples.append(text) }
    }

    private mutating func add(_ number: Double, isWhole: Bool, _ text: () -> String) {
        guard number.isFinite else {
            infinite += 1
            return
        }
        if isWhole { wholes += 1 }
        if numbers > 0 && number != last + 1 || !isWhole { isSequence = false }
        last = number
        numbers += 1
        sum += number
        if number < minimum { minimum = number }
        if number > maximum { maximum = number }
        distinct.add(Hash.number(number), text)
        if examples.count < 5 { addExample(text) }
    }

    private mutating func add(words text: UnsafeBufferPointer<UInt8>, _ place: () -> String) {
        texts += 1
        if firstText == nil { firstText = (place(), String(decoding: text.prefix(80), as: UTF8.self)) }
        if text.count > longestText { longestText = text.count }
        letters += text.count
        var (spaces, digits, others, marked) = (0, 0, 0, 0)
        for byte in text {
            if byte &- 48 <= 9 {
                digits += 1
            } else if byte == 32 {
                spaces += 1
            } else if LabelMarks.isMark[Int(byte)] {
                marked += 1
            } else if !Self.isPlain[Int(byte)] {
                others += 1
            }
        }
        blanks += spaces
        if spaces == 0 && others == 0 && marked == 0 { plain += 1 }
        if digits > 0 { digitTexts += 1 }
        if marked > 0 || text.first == UInt8(ascii: "[") { marks.add(text) }
        if digits >= 3 { dates.add(text) }
        if text.count > 4, text.count < 1_024, text.suffix(6).contains(UInt8(ascii: ".")),
            let type = MediaType(fileName: String(decoding: text, as: UTF8.self))
        {
            paths[type, default: 0] += 1
        }
        distinct.add(Hash.bytes(text)) { String(decoding: text.prefix(800), as: UTF8.self) }
        if examples.count < 5 { addExample { String(decoding: text.prefix(800), as: UTF8.self) } }
    }

    /// Whether a text consists of characters that are typical of row identifiers.
    private static let isPlain: [Bool] = (0..<256).map { byte in
        (UInt8(byte) | 32) &- 97 <= 25 || "-_./:#\\".utf8.contains(UInt8(byte))
    }

    private mutating func add(list cells: [Cell], _ cell: Cell) {
        lists += 1
        shortestList = min(shortestList, cells.count)
        longestList = max(longestList, cells.count)
        if cells.contains(where: { if case .text = $0 { true } else { false } }) { labelLists += 1 }
        distinct.add(Hash.cell(cell)) { cell.description }
        if examples.count < 5 { addExample { cell.description } }
    }
}
