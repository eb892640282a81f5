import Model

/// Splits texts into the tokens that a pretrained text encoder expects, like Hugging Face's `tokenizers` library with
/// the same `tokenizer.json`.
///
/// ```swift
/// let tokenizer = try TextTokenizer(json: bytes)
/// tokenizer.tokens(of: "Hello!", atMost: 128)      // [101, 7592, 999, 102]
/// ```
public struct TextTokenizer: Sendable {
    /// Largest file in bytes: 32 MiB.
    public static let largestFile = 32 << 20
    /// Largest vocabulary, and largest number of merges.
    public static let mostTokens = 1_000_000
    /// Number of characters of a text that are read; tokens beyond the longest text of an encoder do not count anyway.
    static let longestText = 1_000_000

    /// Number of rows that an embedding of its tokens needs.
    public let vocabulary: Int
    /// Number of tokens to which the file truncates texts; nil if it does not say.
    public let usualLength: Int?
    /// Number of tokens that are added to each text.
    public var specialCount: Int { frame.before.count + frame.after.count }

    private let added: AddedTokens
    private let normalizer: Normalizer?
    private let splitter: PreTokenizer?
    private let model: any TokenModel
    private let frame: TokenFrame

    /// Reads a file.
    /// - Throws: `Failure` with code `invalid-argument` that names the field, or the limit that the file exceeds.
    public init(json bytes: [UInt8]) throws {
        guard bytes.count <= Self.largestFile else {
            throw Self.failure("it has \(bytes.count >> 20) MiB; the maximum is \(Self.largestFile >> 20) MiB")
        }
        let file: JSONValue
        do {
            file = try JSONParser.value(of: bytes)
        } catch {
            throw Self.failure("it is not valid JSON: \(error.reason), at byte \(error.position)")
        }
        guard let section = file["model"] else { throw Self.failure("it has no 'model'") }
        normalizer = try file["normalizer"].map { try Normalizer($0) }
        splitter = try file["pre_tokenizer"].map { try PreTokenizer($0) }
        let (model, known) = try TokenModels.read(section)
        self.model = model
        added = try AddedTokens(file["added_tokens"]?.list ?? [], normalizer)
        frame = try file["post_processor"].map { try TokenFrame($0) } ?? TokenFrame()
        let last = ([known] + added.numbers + frame.before + frame.after).max() ?? 0
        guard last >= 0, last < 2 * Self.mostTokens else {
            throw Self.failure("it has a token with the number \(last); the maximum is \(2 * Self.mostTokens)")
        }
        vocabulary = Int(last) + 1
        usualLength = file["truncation"]?["max_length"]?.integer
    }

    static func failure(_ reason: String) -> Failure {
        Failure(.invalidArgument, "Cannot read the tokenizer: \(reason).")
    }

    /// The numbers of a text's tokens, with the special ones before and after it.
    /// - Parameter length: Maximum number of tokens; nil for all. A longer text loses its end, but no special token.
    public func tokens(of text: String, atMost length: Int? = nil) -> [Int32] {
        var tokens: [Int32] = []
        let most = length.map { max(0, $0 - specialCount) }
        let scalars = Array(text.unicodeScalars.prefix(Self.longestText))
        for part in added.parts(of: scalars, areNormalized: false) {
            switch part {
            case .token(let number): tokens.append(number)
            case .text(let plain, let isFirst):
                let plain = normalizer?.normalized(plain) ?? plain
                for part in added.parts(of: plain, areNormalized: true) {
                    switch part {
                    case .token(let number): tokens.append(number)
                    case .text(let rest, let isFirstPart):
                        let piece = TextPiece(scalars: rest, isFirst: isFirst && isFirstPart)
                        for piece in splitter?.pieces(of: piece) ?? [piece] where !piece.scalars.isEmpty {
                            tokens += model.tokens(of: piece.scalars)
                            if let most, tokens.count >= most { return frame.around(tokens.prefix(most)) }
                        }
                    }
                }
            }
        }
        return frame.around(tokens.prefix(most ?? tokens.count))
    }
}

/// A part of a text that is split into tokens on its own.
struct TextPiece {
    var scalars: [Unicode.Scalar]
    /// Whether the text begins with it.
    var isFirst: Bool
}

/// Splits a piece of text into tokens of a vocabulary.
protocol TokenModel: Sendable {
    func tokens(of scalars: [Unicode.Scalar]) -> [Int32]
}

extension [Unicode.Scalar] {
    /// Their bytes in UTF-8.
    var utf8: [UInt8] { [UInt8](string.utf8) }

    var string: String { String(String.UnicodeScalarView(self)) }
}

/// The tokens before and after each text.
struct TokenFrame: Sendable {
    private(set) var before: [Int32] = []
    private(set) var after: [Int32] = []

    init() {}

    /// Reads the field `post_processor`.
    init(_ section: JSONValue) throws {
        let kind = section["type"]?.string ?? ""
        switch kind {
        case "ByteLevel": break
        case "BertProcessing", "RobertaProcessing":
            guard let first = section["cls"]?.list?.last?.token, let last = section["sep"]?.list?.last?.token else {
                throw TextTokenizer.failure("post_processor has no 'cls' and 'sep'")
            }
            (before, after) = ([first], [last])
        case "TemplateProcessing":
            var isAfter = false
            for part in section["single"]?.list ?? [] {
                if part["Sequence"] != nil {
                    isAfter = true
                    continue
                }
                guard let name = part["SpecialToken"]?["id"]?.string,
                    let numbers = section["special_tokens"]?[name]?["ids"]?.list?.compactMap(\.token), !numbers.isEmpty
                else { throw TextTokenizer.failure("post_processor.single has an unknown part") }
                if isAfter { after += numbers } else { before += numbers }
            }
        case "Sequence":
            for part in section["processors"]?.list ?? [] {
                let inner = try TokenFrame(part)
                (before, after) = (inner.before + before, after + inner.after)
            }
        default: throw TextTokenizer.failure("post_processor of type '\(kind)' is not supported")
        }
    }

    func around(_ tokens: ArraySlice<Int32>) -> [Int32] { before + tokens + after }
}

extension JSONValue {
    /// A token's number.
    var token: Int32? { integer.flatMap { $0 >= 0 ? Int32(exactly: $0) : nil } }
}

extension TextTokenizer {
    /// The `tokenizer.json` for a list of word pieces, one per line, as in BERT's `vocab.txt`.
    /// - Parameter isLowercase: Whether the encoder reads lowercase text without accents.
    /// - Throws: `Failure` with code `invalid-argument` if the list lacks a special token or is too long.
    public static func file(vocabulary: [UInt8], isLowercase: Bool) throws -> [UInt8] {
        let lines = vocabulary.split(separator: 0x0A, omittingEmptySubsequences: false)
            .map { $0.last == 0x0D ? $0.dropLast() : $0 }
        try TokenModels.check(lines.count, "tokens")
        var entries: [String] = []
        var special: [String: Int] = [:]
        for (number, line) in lines.enumerated() where !line.isEmpty {
            guard let token = String(validating: line, as: UTF8.self) else {
                throw failure("line \(number + 1) of the vocabulary is not UTF-8")
            }
            entries.append("\(quoted(token)):\(number)")
            if ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].contains(token) { special[token] = number }
        }
        guard let first = special["[CLS]"], let last = special["[SEP]"], special["[UNK]"] != nil else {
            throw failure("the vocabulary has no [CLS], [SEP] and [UNK]")
        }
        let added = special.sorted { $0.value < $1.value }.map { token, number in
            #"{"id":\#(number),"content":"\#(token)","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}"#
        }
        let json = """
            {"version":"1.0","truncation":null,"padding":null,"added_tokens":[\(added.joined(separator: ","))],\
            "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,\
            "lowercase":\(isLowercase)},"pre_tokenizer":{"type":"BertPreTokenizer"},\
            "post_processor":{"type":"BertProcessing","sep":["[SEP]",\(last)],"cls":["[CLS]",\(first)]},"decoder":null,\
            "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",\
            "max_input_chars_per_word":100,"vocab":{\(entries.joined(separator: ","))}}}
            """
        return Array(json.utf8)
    }

    /// A text as JSON.
    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            if scalar == "\"" || scalar == "\\" { return "\\\(scalar)" }
            guard scalar.value < 0x20 else { return String(scalar) }
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return "\"\(escaped.joined())\""
    }
}
