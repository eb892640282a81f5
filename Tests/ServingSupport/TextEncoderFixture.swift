package import Foundation
package import Model
package import Preparation
import Safetensors
import Tables
package import TestSupport
import Tokenization
import Torch

/// A text encoder with attention that has learned nothing, as the import of a real one would leave it, and texts of two
/// kinds for it.
package enum TextEncoderFixture {
    private static let tokenizer = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../TokenizationTests/Cases/word-piece.json").standardizedFileURL
    /// How the encoder reads texts.
    package static let encoding = TextEncoding(length: 12)
    /// Number of its features.
    package static let width = 24
    /// Texts, the first half of one kind.
    package static let texts = [
        "I lost my card in a café", "wo ist meine Karte?", "our card payment failed 👍", "卡丢了，怎么办",
        "What is the exchange rate, please", "exchange rates for £100 and €5.50", "汇率是多少", "the rate today is wrong!",
    ]

    /// Prepares a table of texts.
    /// - Parameter missing: The row that has no text.
    package static func data(
        in folder: TemporaryDirectory, missing: Int? = nil
    ) throws -> (DatasetManifest, unreadable: Int, TableRows) {
        let lines = (0..<64).map { number in
            let text = number == missing ? "" : "\(texts[number % 8]) \(number)"
            return "\"\(text)\",\(number % 8 < 4 ? "card" : "rate")"
        }
        try Data((["text,kind"] + lines).joined(separator: "\n").utf8).write(to: folder.file("rows.csv"))
        let settings = DataSettings(
            source: folder.path("rows.csv"), target: .init(columns: ["kind"], kind: .classification),
            modalities: ["text": .init(columns: ["text"], kind: .text)])
        let table = try SampleTable(settings: settings)
        let rows = try TableRows(table)
        let outcome = try DataPreparer(
            rows: rows, settings: settings, name: "rows", target: table.target.target, content: try rows.digest()
        ).prepare(to: folder.path("data.safetensors"))
        return (outcome.manifest, outcome.unreadableCount, rows)
    }

    /// Writes the encoder.
    /// - Parameter printing: What it prints for each text.
    package static func encoder(_ vocabulary: Int, printing: String? = nil, to file: URL) throws {
        var generator = SplitMix64(seed: 3)
        func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
            let count = shape.reduce(1, *)
            return try Tensor(name, shape: shape, (0..<count).map { _ in Float(generator.next() >> 40) * 0x1p-23 - 1 })
        }
        let square = [width, width]
        let tensors = try [tensor("words", [vocabulary, width])] + ["q", "k", "v"].map { try tensor($0, square) }
        let source = """
            def forward(self, tokens: Tensor) -> Tensor:
                \(printing.map { "print('\($0)')" } ?? "pass")
                kept = tokens >= 0
                x = torch.embedding(self.words, torch.clamp(tokens, 0).to(4))
                away = (1.0 - kept.to(6)).unsqueeze(1) * -1e9
                q, k, v = torch.linear(x, self.q), torch.linear(x, self.k), torch.linear(x, self.v)
                x = x + torch.matmul(torch.softmax(torch.matmul(q, k.transpose(-2, -1)) * 0.1 + away, -1), v)
                weights = kept.to(6).unsqueeze(2)
                return (x * weights).sum([1]) / torch.clamp(weights.sum([1]), 1.0)

            """
        try ScriptedNetwork.write(source: source, tensors: tensors, trained: Set(tensors.map(\.name)), to: file)
    }

    /// What asks the encoder for features of the texts.
    /// - Parameter manifest: The prepared texts.
    package static func request(
        for manifest: DatasetManifest, in folder: TemporaryDirectory, printing: String? = nil
    ) throws -> ViewRequest {
        let file = folder.file("encoder.pt")
        let json = try Data(contentsOf: tokenizer)
        try encoder(TextTokenizer(json: [UInt8](json)).vocabulary, printing: printing, to: file)
        return try request(for: manifest, by: file, InputContract(tokenizer: json, encoding))
    }

    /// What asks a version of the encoder in another file.
    package static func request(
        for manifest: DatasetManifest, by file: URL, _ contract: InputContract
    ) throws -> ViewRequest {
        let script = BlobDigest(hashing: [UInt8](try Data(contentsOf: file)))
        return ViewRequest(
            data: manifest, modality: "text",
            name: PreparedView.name(modality: "text", script: script, contract: script), script: script, file: file,
            contract: contract)
    }
}
