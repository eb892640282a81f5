import Foundation

/// Normalization of a text before it is split into pieces: the field `normalizer`.
indirect enum Normalizer: Sendable {
    case sequence([Normalizer])
    case bert(clean: Bool, chinese: Bool, strip: Bool, lower: Bool)
    case composed(isCompatible: Bool)
    case decomposed(isCompatible: Bool)
    case lowercase
    case withoutMarks
    case trimmed(left: Bool, right: Bool)
    case prefix([Unicode.Scalar])
    case replaced([Unicode.Scalar], with: [Unicode.Scalar])
    /// Runs of spaces, of at least a length.
    case runsReplaced(Int, with: [Unicode.Scalar])
    case mapped(CharacterMap)

    init(_ section: JSONValue) throws {
        let kind = section["type"]?.string ?? ""
        switch kind {
        case "Sequence": self = .sequence(try (section["normalizers"]?.list ?? []).map { try Normalizer($0) })
        case "BertNormalizer":
            let lower = section["lowercase"]?.flag ?? true
            self = .bert(
                clean: section["clean_text"]?.flag ?? true, chinese: section["handle_chinese_chars"]?.flag ?? true,
                strip: section["strip_accents"]?.flag ?? lower, lower: lower)
        case "NFC", "NFKC": self = .composed(isCompatible: kind == "NFKC")
        case "NFD", "NFKD": self = .decomposed(isCompatible: kind == "NFKD")
        case "Lowercase": self = .lowercase
        case "StripAccents": self = .withoutMarks
        case "Strip":
            self = .trimmed(
                left: section["strip_left"]?.flag ?? true, right: section["strip_right"]?.flag ?? true)
        case "Prepend": self = .prefix(section["prepend"]?.scalars ?? [])
        case "Replace":
            let content = section["content"]?.scalars ?? []
            if let text = section["pattern"]?["String"]?.scalars, !text.isEmpty {
                self = .replaced(text, with: content)
            } else if section["pattern"]?["Regex"]?.string == " {2,}" {
                self = .runsReplaced(2, with: content)
            } else {
                throw TextTokenizer.failure("normalizer 'Replace' has a pattern that is not supported")
            }
        case "Precompiled":
            guard let text = section["precompiled_charsmap"]?.string, let data = Data(base64Encoded: text),
                let map = CharacterMap([UInt8](data))
            else { throw TextTokenizer.failure("normalizer 'Precompiled' has no readable 'precompiled_charsmap'") }
            self = .mapped(map)
        default: throw TextTokenizer.failure("normalizer of type '\(kind)' is not supported")
        }
    }

    func normalized(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        switch self {
        case .sequence(let parts): parts.reduce(text) { $1.normalized($0) }
        case .bert(let clean, let chinese, let strip, let lower):
            Self.bert(text, clean: clean, chinese: chinese, strip: strip, lower: lower)
        case .composed(let isCompatible):
            Array(
                (isCompatible
                    ? text.string.precomposedStringWithCompatibilityMapping
                    : text.string.precomposedStringWithCanonicalMapping).unicodeScalars)
        case .decomposed(let isCompatible):
            Array(
                (isCompatible
                    ? text.string.decomposedStringWithCompatibilityMapping
                    : text.string.decomposedStringWithCanonicalMapping).unicodeScalars)
        case .lowercase: text.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
        case .withoutMarks: text.filter { !$0.isMark }
        case .trimmed(let left, let right): Self.trimmed(text, left, right)
        case .prefix(let prefix): text.isEmpty ? text : prefix + text
        case .replaced(let old, let new): Self.replaced(text, old, new)
        case .runsReplaced(let least, let new): Self.runsReplaced(text, least, new)
        case .mapped(let map): map.mapped(text)
        }
    }

    private static func bert(
        _ text: [Unicode.Scalar], clean: Bool, chinese: Bool, strip: Bool, lower: Bool
    ) -> [Unicode.Scalar] {
        var text = text
        if clean {
            text = text.compactMap { scalar in
                if scalar.value == 0 || scalar.value == 0xFFFD || scalar.isControl { return nil }
                return scalar.isSpace ? " " : scalar
            }
        }
        if chinese { text = text.flatMap { $0.isChinese ? [" ", $0, " "] : [$0] } }
        if strip {
            text = Array(text.string.decomposedStringWithCanonicalMapping.unicodeScalars)
                .filter { $0.properties.generalCategory != .nonspacingMark }
        }
        return lower ? Normalizer.lowercase.normalized(text) : text
    }

    private static func trimmed(_ text: [Unicode.Scalar], _ left: Bool, _ right: Bool) -> [Unicode.Scalar] {
        var rest = text[...]
        if left { rest = rest.drop { $0.isSpace } }
        if right { while rest.last?.isSpace == true { rest.removeLast() } }
        return Array(rest)
    }

    private static func replaced(
        _ text: [Unicode.Scalar], _ old: [Unicode.Scalar], _ new: [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        var (result, place): ([Unicode.Scalar], Int) = ([], 0)
        while place < text.count {
            if text[place...].starts(with: old) {
                result += new
                place += old.count
            } else {
                result.append(text[place])
                place += 1
            }
        }
        return result
    }

    private static func runsReplaced(
        _ text: [Unicode.Scalar], _ least: Int, _ new: [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        var (result, place): ([Unicode.Scalar], Int) = ([], 0)
        while place < text.count {
            let run = text[place...].prefix { $0 == " " }.count
            if run >= least { result += new } else { result += text[place..<place + max(1, run)] }
            place += max(1, run)
        }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether BERT removes it.
    fileprivate var isControl: Bool {
        if ["\t", "\n", "\r"].contains(self) { return false }
        return switch properties.generalCategory {
        case .control, .format, .privateUse, .surrogate: true
        default: false
        }
    }

    /// Whether BERT treats it as a separate word.
    fileprivate var isChinese: Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
