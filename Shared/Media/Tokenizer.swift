import Foundation
import HelperProcesses
public import Model
import Synchronization
import Tokenization

/// Splits texts into numbered tokens, with a tokenizer learned from texts: one of Gyrus, whose token 0 is padding and whose
/// token 1 is unknown, or that of a pretrained encoder.
///
/// For those of Gyrus, SentencePiece does the work in a helper program.
public final class Tokenizer: Sendable {
    /// The serialized model, in the format of SentencePiece's `.model` files, or a `tokenizer.json`.
    public let model: [UInt8]
    /// Number of different tokens.
    public let vocabulary: Int

    /// A process that is used only under a lock.
    private struct Helper: @unchecked Sendable {
        let process: HelperProcess
    }

    private enum Splitter: ~Copyable, Sendable {
        case helper(Mutex<Helper>)
        case encoder(TextTokenizer, length: Int)
    }

    private let splitter: Splitter

    /// Maximum number of texts to learn from.
    public static let mostTexts = 200_000

    /// Reads a model.
    /// - Throws: `Failure` with code `corrupt`.
    public init(model: [UInt8]) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-tokenizer-\(UUID().uuidString)")
        try Data(model).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = try HelperProcess("gyrus-tokenizer", ["encode", file.path])
        let line = try Self.answer(of: process)
        guard let vocabulary = Int(line) else { throw Failure(.corrupt, "Cannot read the tokenizer: \(line)") }
        self.model = model
        self.vocabulary = vocabulary
        splitter = .helper(Mutex(Helper(process: process)))
    }

    /// Reads the tokenizer of texts.
    /// - Throws: `Failure` if it cannot be read.
    public convenience init(_ text: TextPreparation) throws {
        if let encoder = text.encoder {
            try self.init(json: [UInt8](text.model), length: encoder.length)
        } else {
            try self.init(model: [UInt8](text.model))
        }
    }

    private init(json: [UInt8], length: Int) throws {
        let tokenizer = try TextTokenizer(json: json)
        model = json
        vocabulary = tokenizer.vocabulary
        splitter = .encoder(tokenizer, length: length)
    }

    /// The tokenizers of inputs that read text.
    public static func all(of inputs: [String: DatasetManifest.Input]) throws -> [String: Tokenizer] {
        try inputs.compactMapValues { input in
            guard case .text(let text) = input.preparation else { return nil }
            return try Tokenizer(text)
        }
    }

    /// Learns from texts.
    /// - Parameter vocabulary: Maximum number of tokens.
    /// - Throws: `Failure` with code `invalid-argument` if nothing can be learned from them.
    public convenience init(
        learningFrom texts: [String], tokens: DataSettings.Modality.Tokens, vocabulary: Int
    ) throws {
        let kind =
            switch tokens {
            case .subwords: "unigram"
            case .words: "word"
            case .characters: "char"
            }
        let process = try HelperProcess(
            "gyrus-tokenizer", ["learn", "--kind", kind, "--vocabulary", "\(vocabulary)"])
        process.say("\(texts.count)")
        for text in texts { process.say(Self.line(text)) }
        let line = try Self.answer(of: process)
        guard let model = Data(base64Encoded: line) else {
            throw Failure(.internal, "The helper program for tokenizers returned no model.")
        }
        try self.init(model: [UInt8](model))
    }

    /// The tokens of a text.
    public func tokens(of text: String) throws -> [Int32] {
        switch splitter {
        case .encoder(let tokenizer, let length): tokenizer.tokens(of: text, atMost: length)
        case .helper(let helper):
            try helper.withLock { helper in
                helper.process.say(Self.line(text))
                return try Self.answer(of: helper.process).split(separator: " ").map { number in
                    guard let token = Int32(number) else {
                        throw Failure(.internal, "The helper program for tokenizers returned '\(number)'.")
                    }
                    return token
                }
            }
        }
    }

    /// A text on one line: all kinds of white space separate tokens alike.
    private static func line(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
    }

    private static func answer(of process: HelperProcess) throws -> String {
        guard let line = try process.line() else {
            throw Failure(.internal, "The helper program for tokenizers ended without an answer.")
        }
        guard !line.hasPrefix("!") else {
            throw Failure(.invalidArgument, "Cannot split the texts into tokens: \(line.dropFirst())")
        }
        return line
    }
}
