import ArgumentParser
import CTokenizer
import Foundation
import Model

/// Trains tokenizers and tokenizes texts in a separate process, because SentencePiece and libtorch cannot share one.
///
/// Each command reports an error as a line that begins with `!`.
@main
struct TokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gyrus-tokenizer", abstract: "Train tokenizers and tokenize texts.",
        subcommands: [Learn.self, Encode.self])

    /// Trains a tokenizer. Takes the number of texts on the first line, then each text on a line; answers with the model
    /// in base64 on one line.
    struct Learn: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Train a tokenizer on texts.")

        @Option(help: "Kind of tokenizer: unigram, word or char.")
        var kind: String

        @Option(help: "Maximum vocabulary size.")
        var vocabulary: Int

        func run() throws {
            try answering {
                guard let count = readLine().flatMap({ Int($0) }), count > 0 else {
                    throw Failure(.invalidArgument, "The first line must be the number of texts.")
                }
                let texts = (0..<count).map { _ in strdup(readLine() ?? "") }
                defer { for text in texts { free(text) } }
                var model: UnsafeMutablePointer<UInt8>?
                var size: Int64 = 0
                var error: UnsafeMutablePointer<CChar>?
                let isLearned = texts.map { UnsafePointer($0) }.withUnsafeBufferPointer {
                    gyrus_tokenizer_train($0.baseAddress, Int64(count), kind, Int64(vocabulary), &model, &size, &error)
                }
                guard isLearned, let model else { throw Failure(.invalidArgument, takeMessage(error)) }
                defer { free(model) }
                try answer(Data(bytes: model, count: Int(size)).base64EncodedString())
            }
        }
    }

    /// Tokenizes texts. Answers with the vocabulary size first, then with the tokens of each line.
    struct Encode: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Tokenize texts.")

        @Argument(help: "Model file of the tokenizer.")
        var model: String

        func run() throws {
            try answering {
                let bytes = [UInt8](try Data(contentsOf: URL(filePath: model)))
                var error: UnsafeMutablePointer<CChar>?
                guard let tokenizer = gyrus_tokenizer_load(bytes, Int64(bytes.count), &error) else {
                    throw Failure(.corrupt, takeMessage(error))
                }
                defer { gyrus_tokenizer_free(tokenizer) }
                try answer("\(gyrus_tokenizer_vocabulary(tokenizer))")
                while let text = readLine() {
                    var tokens: UnsafeMutablePointer<Int32>?
                    var count: Int64 = 0
                    guard gyrus_tokenizer_encode(tokenizer, text, &tokens, &count, &error) else {
                        throw Failure(.invalidArgument, takeMessage(error))
                    }
                    defer { free(tokens) }
                    let numbers = UnsafeBufferPointer(start: tokens, count: Int(count))
                    try answer(numbers.map(String.init).joined(separator: " "))
                }
            }
        }
    }
}

private func answering(_ body: () throws -> Void) throws {
    do {
        try body()
    } catch {
        try answer("!\(Failure(error).message.replacing("\n", with: " "))")
        throw ExitCode.failure
    }
}

private func answer(_ line: String) throws {
    try FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
}

/// The text of a message allocated by the shim.
private func takeMessage(_ message: UnsafeMutablePointer<CChar>?) -> String {
    guard let message else { return "unknown reason" }
    defer { free(message) }
    return String(cString: message)
}
