import Foundation
import Inspection
import Model
import RegistryClient
import Tokenization

extension InputContract {
    /// Reads the file at a path that the user gave.
    init(file: String) throws {
        let text = try TextFile.read(file, as: "contract")
        let url = URL(filePath: file)
        try self.init(yaml: text, file: url.lastPathComponent) {
            try TextEncoderFolder(url.deletingLastPathComponent()).tokenizer($0)
        }
    }

    /// The contract next to a model's file, from `NAME.contract.yaml`, Hugging Face's preprocessor configuration, or
    /// its tokenizer; nil if none of them exists.
    static func beside(_ file: URL) throws -> InputContract? {
        let own = file.deletingPathExtension().appendingPathExtension("contract.yaml")
        if FileManager.default.fileExists(atPath: own.path) { return try InputContract(file: own.path) }
        let other = file.deletingLastPathComponent().appending(path: "preprocessor_config.json")
        guard let json = FileManager.default.contents(atPath: other.path) else {
            return try TextEncoderFolder(of: file)?.contract
        }
        return try InputContract(huggingFace: json, file: other.lastPathComponent)
    }

    /// The text encoder that it describes; nil if the input is not text.
    /// - Throws: `Failure` if its tokenizer cannot be read.
    var encoder: InspectionRequest.Encoder? {
        get throws {
            guard case .text(let text) = preparation, let encoding = text.encoder else { return nil }
            let tokenizer = try TextTokenizer(json: [UInt8](text.model))
            guard tokenizer.specialCount < encoding.length else {
                throw Failure(
                    .invalidArgument,
                    "text.length: \(encoding.length) tokens leave no room for a text: the tokenizer adds \(tokenizer.specialCount) special tokens"
                )
            }
            return .init(encoding, feature: feature, vocabulary: tokenizer.vocabulary)
        }
    }

    /// The canonical JSON of the contract: sorted keys, no white space.
    var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self))
        }
    }
}

extension RegistryClient {
    /// The contract of a model's network; nil if it has none.
    func contract(of model: PretrainedModel) async throws -> InputContract? {
        guard let blob = model.file(.contract) else { return nil }
        return try JSONDecoder().decode(InputContract.self, from: Data(try await bytes(of: blob)))
    }
}

/// A folder of files to import.
struct ModelFolder {
    /// The files, sorted by path, without companion files such as Darknet's .cfg.
    let files: [URL]

    /// Extensions of files that can be imported.
    private static let extensions: Set = [
        "pt", "jit", "torchscript", "onnx", "safetensors", "weights", "xml", "pth", "pkl",
    ]
    /// Maximum number of files per import.
    private static let most = 10_000

    /// Searches a folder recursively.
    init(_ folder: URL) throws {
        let found = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: [.isRegularFileKey], options: [.skipsHiddenFiles])
        var files: [URL] = []
        while let file = found?.nextObject() as? URL {
            let isFile = (try? file.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
            if isFile, Self.extensions.contains(file.pathExtension.lowercased()) { files.append(file) }
        }
        guard !files.isEmpty else {
            let endings = Self.extensions.sorted().map { ".\($0)" }.joined(separator: ", ")
            throw Failure(.notFound, "the folder '\(folder.path)' has no model files (\(endings))")
        }
        guard files.count <= Self.most else {
            throw Failure(
                .invalidArgument,
                "the folder '\(folder.path)' has \(files.count) model files; the maximum is \(Self.most)")
        }
        self.files = files.sorted { $0.path < $1.path }
    }
}
