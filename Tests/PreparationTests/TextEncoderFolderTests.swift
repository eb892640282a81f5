import Foundation
import Inspection
import Model
import TestSupport
import Testing

@testable import gyrus

/// Contracts that follow from the files of Hugging Face and sentence-transformers next to a text encoder.
@Suite struct TextEncoderFolderTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func write(_ files: [String: String]) throws {
        for (name, content) in files {
            let file = folder.file(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content.utf8).write(to: file)
        }
    }

    private static let words = #"{"model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1}}}"#
    private static let cut = #"{"truncation": {"max_length": 100}, "model": {"type": "WordLevel", "vocab": {"a": 0}}}"#

    private var encoding: TextEncoding? {
        get throws {
            guard case .text(let text)? = try InputContract.beside(folder.file("model.safetensors"))?.preparation
            else { return nil }
            return text.encoder
        }
    }

    @Test func `length, pooling and norm are read from the files`() throws {
        #expect(try encoding == nil)
        try write(["tokenizer.json": Self.words])
        #expect(try encoding == TextEncoding(length: 512))
        try write(["config.json": #"{"max_position_embeddings": 130, "model_type": "xlm-roberta"}"#])
        #expect(try encoding?.length == 128)
        try write(["tokenizer.json": Self.cut, "tokenizer_config.json": #"{"model_max_length": 1e30}"#])
        #expect(try encoding?.length == 100)
        try write([
            "sentence_bert_config.json": #"{"max_seq_length": 64}"#,
            "1_Pooling/config.json": #"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#,
            "modules.json": #"[{"type": "sentence_transformers.models.Normalize"}]"#,
        ])
        #expect(try encoding == TextEncoding(length: 64, pooling: .first, norm: .unit))
        try write(["1_Pooling/config.json": #"{"pooling_mode_max_tokens": true}"#])
        let failure = #expect(throws: Failure.self) { try encoding }
        #expect(failure?.message.contains("only the mean and the first token") == true)
    }

    @Test func `a list of word pieces is a tokenizer, and so is one above the folder onnx`() throws {
        try write(["vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\nhello\n", "onnx/model.onnx": ""])
        let contract = try #require(try InputContract.beside(folder.file("onnx/model.onnx")))
        #expect(try contract.encoder?.vocabulary == 5 && contract.kind == .text)
    }

    @Test func `a tokenizer that is too large or has too many special tokens is refused`() throws {
        #expect(FileManager.default.createFile(atPath: folder.path("tokenizer.json"), contents: nil))
        let handle = try FileHandle(forWritingTo: folder.file("tokenizer.json"))
        try handle.truncate(atOffset: 1 << 30)
        try handle.close()
        let large = #expect(throws: Failure.self) { try encoding }
        #expect(large?.message.contains("is larger than 32 MiB") == true, "\(large?.message ?? "")")

        let special = #"{"single": [{"SpecialToken": {"id": "x"}}], "special_tokens": {"x": {"ids": [0, 0, 0, 0]}}"#
        try write([
            "tokenizer.json":
                #"{"model": {"type": "WordLevel", "vocab": {"a": 0}}, "post_processor": {"type": "TemplateProcessing", "#
                + special.dropFirst() + "}}"
        ])
        let contract = try #require(try InputContract.beside(folder.file("model.onnx")))
        var short = contract
        if case .text(var text) = short.preparation {
            text.encoder?.length = 4
            short.preparation = .text(text)
        }
        let failure = #expect(throws: Failure.self) { _ = try short.encoder }
        #expect(failure?.message.contains("leave no room for a text: the tokenizer adds 4 special tokens") == true)
    }
}
