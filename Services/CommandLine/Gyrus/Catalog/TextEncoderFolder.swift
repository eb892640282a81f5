import Foundation
import Model
import Tokenization

/// The files that Hugging Face and sentence-transformers keep with a text encoder.
struct TextEncoderFolder {
    private let folder: URL

    /// Largest configuration in bytes: 1 MiB.
    private static let largestConfiguration = 1 << 20
    /// Maximum number of tokens unless a contract allows more.
    private static let mostTokens = 512
    /// Name of BERT's list of word pieces.
    private static let vocabulary = "vocab.txt"

    init(_ folder: URL) { self.folder = folder }

    /// The folder of a model's file, or the one above it if it is named `onnx`; nil if neither has a tokenizer.
    init?(of file: URL) {
        let near = file.deletingLastPathComponent()
        let folders = near.lastPathComponent == "onnx" ? [near, near.deletingLastPathComponent()] : [near]
        let found = folders.map(Self.init).first { $0.tokenizerName != nil }
        guard let found else { return nil }
        self = found
    }

    private var tokenizerName: String? {
        [TextEncoding.usualTokenizer, Self.vocabulary].first {
            FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
        }
    }

    /// The contents of the `tokenizer.json` with a name in the folder, or of the one made from a list of word pieces.
    /// - Throws: `Failure` if the file does not exist, is too large, or is not a valid list.
    func tokenizer(_ name: String) throws -> Data {
        let content = try content(name, atMost: TextTokenizer.largestFile)
        guard name.hasSuffix(".txt") else { return content }
        let isLowercase = try configuration(TokenizerConfiguration.self, "tokenizer_config.json")?.do_lower_case ?? true
        return Data(try TextTokenizer.file(vocabulary: [UInt8](content), isLowercase: isLowercase))
    }

    /// The contract that the files imply; nil if there is no tokenizer.
    var contract: InputContract? {
        get throws {
            guard let name = tokenizerName else { return nil }
            let json = try tokenizer(name)
            let pooling = try configuration(PoolingConfiguration.self, "1_Pooling/config.json")
            let modules = try configuration([Module].self, "modules.json") ?? []
            var encoding = TextEncoding(length: try length(try TextTokenizer(json: [UInt8](json)).usualLength))
            if pooling?.pooling_mode_cls_token == true || pooling?.pooling_mode == "cls" {
                encoding.pooling = .first
            } else if let pooling, pooling.pooling_mode_mean_tokens != true, pooling.pooling_mode != "mean" {
                throw Failure(
                    .invalidArgument, "1_Pooling/config.json: only the mean and the first token are supported")
            }
            if modules.contains(where: { $0.type.hasSuffix("Normalize") }) { encoding.norm = .unit }
            return InputContract(tokenizer: json, encoding)
        }
    }

    /// The number of tokens that the encoder reads.
    /// - Parameter cut: The number of tokens to which the tokenizer truncates; nil if it does not.
    private func length(_ cut: Int?) throws -> Int {
        let network = try configuration(NetworkConfiguration.self, "config.json")
        let sentences = try configuration(SentenceConfiguration.self, "sentence_bert_config.json")?.max_seq_length
        let tokenizer = try configuration(TokenizerConfiguration.self, "tokenizer_config.json")?.model_max_length
        var most = Self.mostTokens
        if let places = network?.max_position_embeddings {
            // RoBERTa numbers positions from 2.
            most = min(most, network?.model_type?.contains("roberta") == true ? places - 2 : places)
        }
        // Tokenizers without a limit have a huge or a negative one.
        if let tokenizer, tokenizer > 0 { most = Int(min(Double(most), tokenizer)) }
        let length = min(sentences ?? cut ?? most, most)
        guard TextEncoding.lengths.contains(length) else {
            throw Failure(
                .invalidArgument, "the files next to the model give a length of \(length) tokens; give --contract")
        }
        return length
    }

    // MARK: Files

    private func content(_ name: String, atMost limit: Int) throws -> Data {
        let file = folder.appending(path: name)
        guard let handle = try? FileHandle(forReadingFrom: file) else {
            throw Failure(.notFound, "cannot open '\(file.path)'; check that it exists and is readable")
        }
        defer { try? handle.close() }
        let content = try handle.read(upToCount: limit + 1) ?? Data()
        guard content.count <= limit else {
            throw Failure(.invalidArgument, "'\(file.path)' is larger than \(limit >> 20) MiB")
        }
        return content
    }

    private func configuration<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value? {
        guard FileManager.default.fileExists(atPath: folder.appending(path: name).path) else { return nil }
        do {
            return try JSONDecoder().decode(type, from: try content(name, atMost: Self.largestConfiguration))
        } catch let error as DecodingError {
            throw Failure(.invalidArgument, "cannot read \(name) next to the model: \(error)")
        }
    }

    private struct NetworkConfiguration: Decodable {
        var max_position_embeddings: Int?
        var model_type: String?
    }

    private struct SentenceConfiguration: Decodable { var max_seq_length: Int? }

    private struct TokenizerConfiguration: Decodable {
        var do_lower_case: Bool?
        /// Some files use 10^30 for no limit.
        var model_max_length: Double?
    }

    private struct PoolingConfiguration: Decodable {
        var pooling_mode: String?
        var pooling_mode_cls_token: Bool?
        var pooling_mode_mean_tokens: Bool?
    }

    private struct Module: Decodable { var type: String }
}
