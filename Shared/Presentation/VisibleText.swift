/// Text of users and of foreign files, shown in such a way that it cannot command the terminal, or hide or reorder the text
/// around it.
public enum VisibleText {
    /// The text with control and invisible characters replaced by visible ones; line breaks and tabs are kept.
    public static func lines(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.contains(where: isInvisible) else { return text }
        var result = ""
        var previous: Unicode.Scalar?
        var place = scalars.startIndex
        while place < scalars.endIndex {
            let scalar = scalars[place]
            scalars.formIndex(after: &place)
            let next = place < scalars.endIndex ? scalars[place] : nil
            let isJoined = joiners.contains(scalar) && joins(previous) && joins(next)
            if isInvisible(scalar) && !isJoined {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return result
    }

    /// The same on one line: line breaks and tabs are replaced, too.
    public static func line(_ text: String) -> String {
        lines(text).replacing("\n", with: "\\n").replacing("\t", with: " ")
    }

    /// The same as content or attribute of an HTML or SVG element.
    public static func html(_ text: String) -> String {
        let text = lines(text)
        guard text.utf8.contains(where: { [38, 60, 62, 34, 39].contains($0) }) else { return text }
        // By scalars: a mark that follows a quotation mark is part of the same character, but the quotation mark still ends
        // an attribute.
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    /// The zero-width non-joiner and joiner, which Persian, Indic scripts and emoji need between their characters.
    private static let joiners: Set<Unicode.Scalar> = ["\u{200C}", "\u{200D}"]

    private static func joins(_ neighbor: Unicode.Scalar?) -> Bool {
        neighbor.map { !$0.isASCII && (!isInvisible($0) || $0.properties.isVariationSelector) } ?? false
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (scalar.value < 32 && !["\n", "\t"].contains(scalar)) || scalar.value == 127 }
        return switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // Among these are the marks that change the direction of text and the byte order mark. A variation selector only
        // chooses among the pictures of the character before it.
        default: scalar.properties.isDefaultIgnorableCodePoint && !scalar.properties.isVariationSelector
        }
    }

    /// Escaped as in JSON, so that a JSON document stays valid.
    private static func escape(_ scalar: Unicode.Scalar) -> String {
        scalar.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}
