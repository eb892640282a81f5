import ArgumentParser
import CTokenizer
import Foundation
import Model

/// Learns tokenizers and cuts texts into tokens, in a process of its own: SentencePiece cannot be in one with libtorch.
///
/// Each command answers a line that begins with `!` where it cannot go on.
@main
struct TokenizerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gyrus-tokenizer", abstract: "Cut texts into tokens.",
        subcommands: [Learn.self, Encode.self])

    /// Learns a tokenizer. Takes the number of texts on the first line and then each text on a line; answers the model in
    /// base 64 on one line.
    struct Learn: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Learn a tokenizer from texts.")

        @Option(help: "unigram, word or char.")
        var kind: String

        @Option(help: "Most tokens.")
        var vocabulary: Int

        func run() throws {
            try answering {
                guard let count = readLine().flatMap({ Int($0) }), count > 0 else {
                    throw Failure(.invalidArgument, "The number of texts is needed on the first line.")
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

    /// Cuts texts into tokens. Answers the number of different tokens first, then for each line its tokens.
    struct Encode: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Cut texts into tokens.")

        @Argument(help: "The tokenizer's model.")
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

/// The text of a message that the shim allocated.
private func takeMessage(_ message: UnsafeMutablePointer<CChar>?) -> String {
    guard let message else { return "nothing is known of the reason" }
    defer { free(message) }
    return String(cString: message)
}
