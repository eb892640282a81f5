extension RawRow {
    /// The value of a field, with numbers and missing ones recognized.
    func cell(_ field: Int) -> Cell {
        guard isText else { return field < cells.count ? cells[field] : .missing }
        let text = text(field)
        if NumberText.isMissing(text) { return .missing }
        if case .number(let number, _) = NumberText.read(text) { return .number(number) }
        return .text(String(decoding: text, as: UTF8.self))
    }

    /// The value of a field as text, exactly as written except for surrounding blanks.
    func textCell(_ field: Int) -> Cell {
        guard isText else {
            let cell = field < cells.count ? cells[field] : .missing
            if case .number(let number) = cell { return .text(NumberText.description(of: number)) }
            return cell
        }
        let text = text(field)
        return NumberText.isMissing(text) ? .missing : .text(String(decoding: text, as: UTF8.self))
    }

    /// The number in a field; nil if there is none.
    func number(_ field: Int, style: NumberStyle = .plain) -> Double? {
        guard isText else {
            guard field < cells.count else { return nil }
            switch cells[field] {
            case .number(let number): return number.isNaN ? nil : number
            case .text("true"): return 1
            case .text("false"): return 0
            default: return nil
            }
        }
        return NumberText.number(text(field), style)
    }

    /// A hash that identifies equal values of a field; 0 if the value is missing.
    func key(_ field: Int) -> UInt64 {
        guard isText else {
            switch field < cells.count ? cells[field] : .missing {
            case .missing: return 0
            case .number(let number): return number.isNaN ? 0 : Hash.number(number)
            case .text(var text): return text.withUTF8 { Hash.bytes($0) }
            case let cell: return Hash.cell(cell)
            }
        }
        let text = text(field)
        if NumberText.isMissing(text) { return 0 }
        if case .number(let number, _) = NumberText.read(text) { return Hash.number(number) }
        return Hash.bytes(text)
    }
}
