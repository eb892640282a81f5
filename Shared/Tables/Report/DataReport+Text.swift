import Foundation
import Model

extension DataReport {
    /// The report for a terminal.
    /// - Parameter width: Width of the terminal in columns.
    public func text(width: Int = 80) -> String {
        var lines = heading
        lines += section("Columns", columnRows, width)
        lines += columns.filter(Self.isLeftOut).prefix(20).flatMap { column in
            Self.wrapped("  '\(column.name.oneLine)' is \(column.role).", width, indent: 4)
        }
        lines += section("Modalities", modalityRows, width)
        lines += classLines(width)
        lines += problemLines(width)
        lines += exampleLines(width)
        if !notes.isEmpty {
            lines += ["", "Notes"] + notes.flatMap { Self.wrapped("- \($0)", width, indent: 4) }
        }
        return lines.flatMap { $0.displayWidth > width ? Self.wrapped($0, width, indent: 2) : [$0] }
            .joined(separator: "\n")
    }

    private static func isLeftOut(_ column: Column) -> Bool { column.role.hasPrefix("left out") }

    private var heading: [String] {
        let total = samples.training + samples.validation + samples.test
        let answer = targetColumns.joined(separator: ", ")
        let kinds: [Target.Kind: String] = [
            .classification: "\(target.names.count) classes",
            .multiLabel: "\(target.names.count) labels, several per sample",
            .regression: targetColumns.count == 1 ? "a number" : "\(targetColumns.count) numbers",
        ]
        let kind = kinds[target.kind] ?? ""
        var lines = [
            source, "\(form), \(rows) rows, \(columns.count) columns",
            "target: \(answer) (\(kind))",
            "samples: \(total) (\(samples.training) training, \(samples.validation) validation, \(samples.test) test)",
        ]
        if let guess { lines.append(guess) }
        if let suggestedGroup {
            lines.append(
                "Rows share '\(suggestedGroup)', and rows with the same value stay on one side of the split; "
                    + "'--group none' draws them one by one.")
        }
        return lines
    }

    private var columnRows: [[String]] {
        [["name", "kind", "missing", "distinct", "values", "role"]]
            + columns.prefix(60).map { column in
                var values = column.examples.prefix(2).joined(separator: ", ")
                if let least = column.minimum, let greatest = column.maximum,
                    ![.identifier, .category].contains(column.kind)
                {
                    values = "\(Self.short(least)) to \(Self.short(greatest))"
                }
                return [
                    column.name, column.kind.rawValue, column.missing == 0 ? "" : "\(column.missing)",
                    "\(column.distinct)", values.oneLine, Self.isLeftOut(column) ? "left out" : column.role,
                ]
            } + (columns.count > 60 ? [["… \(columns.count - 60) more", "", "", "", "", ""]] : [])
    }

    private var modalityRows: [[String]] {
        [["name", "kind", "from", "missing", "least, median, greatest"]]
            + modalities.map { modality in
                let measures = modality.measures.sorted { $0.key < $1.key }.map { name, quantiles in
                    let shown = [0, 2, 4].compactMap {
                        quantiles.values.indices.contains($0) ? quantiles.values[$0] : nil
                    }
                    return "\(name) \(shown.map { Self.short($0) }.joined(separator: ", "))"
                }
                return [
                    modality.name, modality.kind.rawValue,
                    modality.columns.count > 3
                        ? "\(modality.columns.count) columns" : modality.columns.joined(separator: ", "),
                    modality.missing == 0 ? "" : "\(modality.missing)", measures.joined(separator: "; "),
                ]
            }
    }

    private func classLines(_ width: Int) -> [String] {
        guard !classes.isEmpty else { return [] }
        let ranked = classes.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
        let shown = ranked.prefix(40).map { "\($0.name.oneLine) \($0.count)" }.joined(separator: ", ")
        let more = ranked.count > 40 ? ", … \(ranked.count - 40) more down to \(ranked.last?.count ?? 0)" : ""
        return ["", target.kind == .multiLabel ? "Labels" : "Classes"]
            + Self.wrapped("  \(shown)\(more)", width, indent: 2)
    }

    private func problemLines(_ width: Int) -> [String] {
        var lines: [String] = []
        let found = duplicates
        if found.within + found.across > 0 {
            var text =
                "  \(found.within) samples equal an earlier one in their split, \(found.across) equal one in another "
                + "split"
            if found.contradicting > 0 { text += ", \(found.contradicting) equal one with a different target" }
            if found.first.count == 2 { text += "; the first are \(found.first.joined(separator: " and "))" }
            lines += ["", "Duplicates"] + Self.wrapped(text + ".", width, indent: 2)
        }
        if unreadable > 0 {
            lines += ["", "Unreadable files: \(unreadable)"]
            lines += unreadableFiles.flatMap { Self.wrapped("  \($0.place): \($0.reason)", width, indent: 4) }
        }
        return lines
    }

    private func exampleLines(_ width: Int) -> [String] {
        ["", "Samples"]
            + examples.map { sample in
                let values = sample.values.sorted { $0.key < $1.key }.map { $0.value.oneLine }.joined(separator: " | ")
                return "  \(sample.answer.oneLine): \(values)".cut(to: width)
            }
    }

    /// A table of rows under their titles; a last cell that is too long continues below.
    private func section(_ title: String, _ rows: [[String]], _ width: Int) -> [String] {
        guard let columns = rows.first?.count else { return [] }
        let limits = columns == 6 ? [20, 10, 8, 8, 24, 60] : [20, 8, 24, 8, 240]
        let cut = rows.map { row in zip(row, limits).map { $0.oneLine.cut(to: $1) } }
        let widths = (0..<columns).map { column in cut.map { $0[column].displayWidth }.max() ?? 0 }
        return ["", title]
            + cut.flatMap { row in
                let cells = row.dropLast().enumerated().map { column, text in
                    text + String(repeating: " ", count: widths[column] - text.displayWidth)
                }
                let head = "  " + cells.joined(separator: "  ")
                let indent = min(head.displayWidth + 2, width - Self.leastRoom)
                var lines = Self.wrapped(
                    String(repeating: " ", count: indent) + (row.last ?? ""), width, indent: indent)
                if head.displayWidth + 2 <= indent {
                    lines[0] = head + "  " + lines[0].dropFirst(indent)
                } else {
                    lines.insert(head.cut(to: width), at: 0)
                }
                return lines.map { line in String(line.reversed().drop { $0 == " " }.reversed()) }
            }
    }

    /// Minimum width of the last cell, so that it does not have one word per line.
    private static let leastRoom = 10

    private static func wrapped(_ text: String, _ width: Int, indent: Int) -> [String] {
        var lines: [String] = []
        var line = String(text.prefix { $0 == " " })
        var isFirst = true
        for word in text.split(separator: " ").map(String.init) {
            if !isFirst && line.displayWidth + 1 + word.displayWidth > width {
                lines.append(line)
                line = String(repeating: " ", count: indent)
                isFirst = true
            }
            line += (isFirst ? "" : " ") + word
            isFirst = false
        }
        return lines + [line]
    }

    private static func short(_ number: Double) -> String {
        number == number.rounded() && abs(number) < 1e12
            ? NumberText.description(of: number) : String(format: "%.4g", number)
    }
}

extension String {
    /// Width in terminal columns: wide characters take two, combining marks none.
    var displayWidth: Int { unicodeScalars.reduce(0) { $0 + Self.width(of: $1) } }

    /// The text without line breaks and control characters.
    var oneLine: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }

    /// As much of the text as fits, with an ellipsis if it is cut.
    func cut(to width: Int) -> String {
        guard displayWidth > width else { return self }
        var (result, length) = ("", 0)
        for character in self {
            let size = String(character).displayWidth
            if length + size > width - 1 { break }
            result.append(character)
            length += size
        }
        return result + "…"
    }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        let isWide = [
            0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF,
            0x20000...0x3FFFD,
        ].contains { $0.contains(Int(scalar.value)) }
        return isWide ? 2 : 1
    }
}
