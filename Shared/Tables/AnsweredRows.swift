public import Model

/// The rows of a table together with the correct answer for each, read for a network whose classes are known.
public final class AnsweredRows {
    /// The answer column of a row.
    public enum Truth: Hashable, Sendable {
        /// The answer is known.
        case known(SampleAnswer)
        /// The answer is missing.
        case missing
        /// The answer is one that the network cannot give, such as an unseen class.
        case strange(String)
        /// The row cannot be read.
        case unreadable(Failure)
    }

    /// One row.
    public struct Row {
        /// Position of the row, such as `people.csv, row 7`.
        public let place: String
        /// The cells of each requested group of columns.
        public let cells: [[Cell]]
        /// The correct answer.
        public let truth: Truth
        /// The correct answer, as written in the data.
        public let text: String
        /// The value of the group column.
        public let group: String?
    }

    /// The columns with the correct answers.
    public let columns: [String]
    /// Finds the files that cells name.
    public var files: FileFinder { reader.files }

    private let reader: RowReader
    private let target: Target
    private let numbers: [String: Int]
    private let hasGroup: Bool

    /// Number of rows to examine to find the column of classes.
    private static let looked = 1_000
    /// Characters that can separate labels.
    private static let separators: [Character] = ["|", ";", ",", " "]

    /// Opens a source.
    /// - Parameters:
    ///   - inputs: Other columns to read, in groups.
    ///   - target: The network's target.
    ///   - group: A column by which to group rows.
    /// - Throws: `Failure` that names the missing column and the existing ones.
    public init(settings: DataSettings, inputs: [[RowReader.Column]], target: Target, group: String?) throws {
        let opened = try SourceOpener(settings: settings).open()
        self.target = target
        numbers = Dictionary(target.names.enumerated().map { ($1, $0) }) { first, _ in first }
        columns = try Self.columns(of: opened, settings, inputs, target)
        hasGroup = group != nil
        let answers = columns.map {
            RowReader.Column($0, isNumber: target.kind == .regression, purpose: "which has the correct answers")
        }
        let groups = group.map { [RowReader.Column($0, purpose: "by which samples are grouped")] } ?? []
        reader = try RowReader(opened, settings: settings, columns: inputs + [answers, groups])
    }

    /// Passes every row, in order.
    public func forEachRow(_ body: (Row) throws -> Void) throws {
        try reader.forEachRow { place, result in
            let cells: [[Cell]]
            do { cells = try result.get() } catch {
                return try body(Row(place: place, cells: [], truth: .unreadable(Failure(error)), text: "", group: nil))
            }
            let answer = cells[cells.count - 2]
            try body(
                Row(
                    place: place, cells: Array(cells.dropLast(2)), truth: truth(answer),
                    text: answer.map(\.description).joined(separator: ", "),
                    group: hasGroup ? cells[cells.count - 1][0].description : nil))
        }
    }

    // MARK: Columns

    private static func columns(
        of opened: OpenedSource, _ settings: DataSettings, _ inputs: [[RowReader.Column]], _ target: Target
    ) throws -> [String] {
        if let named = settings.target?.columns { return named }
        if let usual = opened.target { return usual }
        let names = opened.rows.names
        if target.kind != .classification, target.names.allSatisfy(names.contains) { return target.names }
        let read = Set(inputs.joined().map(\.name))
        if target.kind == .classification, let found = try classes(of: opened, besides: read, target) { return [found] }
        throw Failure(
            .invalidArgument,
            "Cannot tell which column of '\(settings.source)' has the correct answers; name it with --target. Columns: "
                + "\(names.joined(separator: ", ")).")
    }

    /// The one column whose values are the network's classes.
    private static func classes(
        of opened: OpenedSource, besides read: Set<String>, _ target: Target
    ) throws -> String? {
        struct Enough: Error {}
        let names = Set(target.names)
        var possible = Set(opened.rows.names.indices.filter { !read.contains(opened.rows.names[$0]) })
        var seen: Set<Int> = []
        var count = 0
        do {
            try opened.rows.forEachRow { row in
                for field in possible {
                    let cell = row.textCell(field)
                    guard cell != .missing else { continue }
                    seen.insert(field)
                    if !names.contains(className(cell)) { possible.remove(field) }
                }
                count += 1
                if count == looked || possible.isEmpty { throw Enough() }
            } unreadable: { _, _ in
            }
        } catch is Enough {}
        let found = possible.intersection(seen)
        return found.count == 1 ? found.first.map { opened.rows.names[$0] } : nil
    }

    /// The name of the class with this value: `3` for `3.0`.
    private static func className(_ cell: Cell) -> String {
        var text = cell.description
        return text.withUTF8 { bytes -> String? in
            if case .number(let number, _) = NumberText.read(bytes) { return NumberText.description(of: number) }
            return nil
        } ?? text
    }

    // MARK: Answers

    private func truth(_ cells: [Cell]) -> Truth {
        switch target.kind {
        case .classification: classTruth(cells[0])
        case .multiLabel: cells.count > 1 ? flags(cells) : labels(cells[0])
        case .regression: numbersTruth(cells)
        }
    }

    private func numbersTruth(_ cells: [Cell]) -> Truth {
        var numbers: [Double] = []
        for cell in cells {
            switch cell {
            case .number(let number): numbers.append(number)
            case .missing: return .missing
            default: return .strange(cell.description)
            }
        }
        return .known(.numbers(numbers))
    }

    private func classTruth(_ cell: Cell) -> Truth {
        guard cell != .missing else { return .missing }
        guard let number = numbers[cell.description] ?? numbers[Self.className(cell)] else {
            return .strange(cell.description)
        }
        return .known(.class(number))
    }

    private func flags(_ cells: [Cell]) -> Truth {
        var labels: [Int] = []
        for (label, cell) in cells.enumerated() {
            switch cell.description.lowercased() {
            case "": return .missing
            case "0", "0.0", "false", "no": continue
            case "1", "1.0", "true", "yes": labels.append(numbers[columns[label]] ?? label)
            default: return .strange(cell.description)
            }
        }
        return .known(.labels(labels.sorted()))
    }

    private func labels(_ cell: Cell) -> Truth {
        let parts: [String]
        switch cell {
        case .missing: return .missing
        case .list(let cells): parts = cells.filter { $0 != .missing }.map(\.description)
        default: parts = split(cell.description)
        }
        if let stranger = parts.first(where: { numbers[$0] == nil }) { return .strange(stranger) }
        return .known(.labels(Set(parts.compactMap { numbers[$0] }).sorted()))
    }

    private func split(_ text: String) -> [String] {
        if numbers[text] != nil { return [text] }
        let listed = LabelText.parts(text, nil)
        if listed != [text] { return listed }
        for separator in Self.separators where text.contains(separator) {
            let parts = text.split(separator: separator).map { $0.trimmed }.filter { !$0.isEmpty }
            if parts.allSatisfy({ numbers[$0] != nil }) { return parts }
        }
        return [text]
    }
}
