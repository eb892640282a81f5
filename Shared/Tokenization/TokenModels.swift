/// Reads the field `model`.
enum TokenModels {
    /// The model, and the greatest number of its tokens.
    static func read(_ section: JSONValue) throws -> (model: any TokenModel, last: Int32) {
        let kind = section["type"]?.string ?? (section["merges"] == nil ? "WordPiece" : "BPE")
        switch kind {
        case "WordPiece":
            let known = try numbers(section)
            return (try WordPieceModel(section, known), known.values.max() ?? 0)
        case "WordLevel":
            let known = try numbers(section)
            return (try WordModel(section, known), known.values.max() ?? 0)
        case "BPE":
            let known = try numbers(section)
            return (try BytePairModel(section, known), known.values.max() ?? 0)
        case "Unigram":
            let model = try UnigramModel(section)
            return (model, Int32(model.count) - 1)
        default: throw TextTokenizer.failure("model of type '\(kind)' is not supported")
        }
    }

    /// The vocabulary: the number of each token.
    private static func numbers(_ section: JSONValue) throws -> [[UInt8]: Int32] {
        guard let fields = section["vocab"]?.fields, !fields.isEmpty else {
            throw TextTokenizer.failure("model has no 'vocab'")
        }
        try check(fields.count, "tokens")
        var numbers: [[UInt8]: Int32] = [:]
        numbers.reserveCapacity(fields.count)
        for (name, value) in fields {
            guard let number = value.token else {
                let token = String(decoding: name.prefix(80), as: UTF8.self)
                throw TextTokenizer.failure("model.vocab: the token '\(token)' has no valid number")
            }
            numbers[name] = number
        }
        return numbers
    }

    static func check(_ count: Int, _ what: String) throws {
        guard count <= TextTokenizer.mostTokens else {
            throw TextTokenizer.failure("it has \(count) \(what); the maximum is \(TextTokenizer.mostTokens)")
        }
    }

    /// The number of the token for what is unknown.
    static func unknown(_ section: JSONValue, _ numbers: [[UInt8]: Int32]) throws -> Int32? {
        guard let name = section["unk_token"]?.bytes else { return nil }
        guard let number = numbers[name] else {
            throw TextTokenizer.failure("model.unk_token is not in the vocabulary")
        }
        return number
    }

    /// The numbers of the tokens `<0x00>` to `<0xFF>` for single bytes.
    static func byteTokens(_ numbers: ([UInt8]) -> Int32?) -> [Int32?] {
        (UInt8.min...UInt8.max).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return numbers(Array("<0x\(digits.count == 1 ? "0" : "")\(digits)>".utf8))
        }
    }
}

/// The longest known beginning of a word, then that of the rest (Devlin et al. 2019).
struct WordPieceModel: TokenModel {
    private let numbers: [[UInt8]: Int32]
    private let unknown: Int32
    private let prefix: [UInt8]
    private let longestWord: Int

    init(_ section: JSONValue, _ numbers: [[UInt8]: Int32]) throws {
        guard let unknown = try TokenModels.unknown(section, numbers) ?? numbers[Array("[UNK]".utf8)] else {
            throw TextTokenizer.failure("model has no 'unk_token'")
        }
        self.numbers = numbers
        self.unknown = unknown
        prefix = section["continuing_subword_prefix"]?.bytes ?? Array("##".utf8)
        longestWord = min(section["max_input_chars_per_word"]?.integer ?? 100, 1_000)
    }

    func tokens(of scalars: [Unicode.Scalar]) -> [Int32] {
        guard scalars.count <= longestWord else { return [unknown] }
        var (tokens, start): ([Int32], Int) = ([], 0)
        while start < scalars.count {
            var candidate = (start > 0 ? prefix : []) + Array(scalars[start...]).utf8
            var (end, found): (Int, Int32?) = (scalars.count, nil)
            while end > start {
                found = numbers[candidate]
                if found != nil { break }
                end -= 1
                candidate.removeLast(UTF8.width(scalars[end]))
            }
            guard let found else { return [unknown] }
            tokens.append(found)
            start = end
        }
        return tokens
    }
}

/// Whole words.
struct WordModel: TokenModel {
    private let numbers: [[UInt8]: Int32]
    private let unknown: Int32?

    init(_ section: JSONValue, _ numbers: [[UInt8]: Int32]) throws {
        self.numbers = numbers
        unknown = try TokenModels.unknown(section, numbers)
    }

    func tokens(of scalars: [Unicode.Scalar]) -> [Int32] { [numbers[scalars.utf8] ?? unknown].compactMap(\.self) }
}
