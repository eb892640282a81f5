import CMedia
import Foundation
public import Model

/// Cuts texts into numbered tokens, in the way that it learned from texts. Token 0 fills up, token 1 is unknown.
public final class Tokenizer: Sendable {
    /// The serialized model, as SentencePiece keeps it in a `.model` file.
    public let model: [UInt8]

    // Sendable although it holds a pointer: encoding does not change the object behind it.
    private nonisolated(unsafe) let handle: OpaquePointer

    /// Texts that it learns from at most.
    public static let mostTexts = 200_000

    /// Reads a model.
    /// - Throws: `Failure` with code `corrupt`.
    public init(model: [UInt8]) throws {
        var error: UnsafeMutablePointer<CChar>?
        guard let handle = gyrus_tokenizer_load(model, Int64(model.count), &error) else {
            throw Failure(.corrupt, "The tokenizer cannot be read: \(takeMessage(error))")
        }
        self.handle = handle
        self.model = model
    }

    /// Learns from texts.
    /// - Parameter vocabulary: The most tokens it may have.
    /// - Throws: `Failure` with code `invalid-argument` where nothing can be learned from them.
    public convenience init(
        learningFrom texts: [String], tokens: DataSettings.Modality.Tokens, vocabulary: Int
    ) throws {
        let kind =
            switch tokens {
            case .subwords: "unigram"
            case .words: "word"
            case .characters: "char"
            }
        let copies = texts.map { strdup($0.replacing("\n", with: " ")) }
        defer { for copy in copies { free(copy) } }
        var model: UnsafeMutablePointer<UInt8>?
        var count: Int64 = 0
        var error: UnsafeMutablePointer<CChar>?
        let isTrained = copies.map { UnsafePointer($0) }.withUnsafeBufferPointer {
            gyrus_tokenizer_train(
                $0.baseAddress, Int64(copies.count), kind, Int64(vocabulary), &model, &count, &error)
        }
        guard isTrained else {
            throw Failure(.invalidArgument, "No tokenizer can be learned from these texts: \(takeMessage(error))")
        }
        defer { free(model) }
        try self.init(model: Array(UnsafeBufferPointer(start: model, count: Int(count))))
    }

    deinit { gyrus_tokenizer_free(handle) }

    /// How many different tokens there are.
    public var vocabulary: Int { Int(gyrus_tokenizer_vocabulary(handle)) }

    /// The tokens of a text.
    public func tokens(of text: String) throws -> [Int32] {
        var tokens: UnsafeMutablePointer<Int32>?
        var count: Int64 = 0
        var error: UnsafeMutablePointer<CChar>?
        guard gyrus_tokenizer_encode(handle, text, &tokens, &count, &error) else {
            throw Failure(.invalidArgument, "The text cannot be cut into tokens: \(takeMessage(error))")
        }
        defer { free(tokens) }
        return Array(UnsafeBufferPointer(start: tokens, count: Int(count)))
    }
}
