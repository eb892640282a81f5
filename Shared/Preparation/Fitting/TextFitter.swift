import Foundation
import Media
import Model
import Tables

/// Learns a tokenizer from the training texts, and chooses how many tokens networks read.
struct TextFitter: InputFitter {
    private let modality: RawModality
    private var texts: [String] = []
    private var generator = SplitMix64(seed: 1)
    private var seen = 0

    private static let usualVocabulary = 8_000
    /// Default maximum number of tokens that networks read.
    private static let usualLength = 256

    init(_ modality: RawModality) { self.modality = modality }

    private var areFiles: Bool { modality.columns.contains(where: \.isFile) }

    mutating func look(at cells: [Cell], place: Int, _ reader: ValueReader) {
        guard let text = try? reader.text(cells, areFiles: areFiles), !text.isEmpty else { return }
        seen += 1
        // If there are more texts than a tokenizer learns from, each has the same chance (reservoir sampling, Vitter
        // 1985).
        if texts.count < Tokenizer.mostTexts { return texts.append(text) }
        let slot = generator.index(below: seen)
        if slot < texts.count { texts[slot] = text }
    }

    func input() throws -> DatasetManifest.Input {
        let settings = modality.settings
        let tokens = settings.tokens ?? .subwords
        guard !texts.isEmpty else {
            throw Failure(.invalidArgument, "modalities.\(modality.name): no training sample has text.")
        }
        // A vocabulary that is large compared to the texts would hold pieces that occur only once.
        let characters = texts.reduce(0) { $0 + $1.unicodeScalars.count }
        let different = texts.reduce(into: Set<Unicode.Scalar>()) { $0.formUnion($1.unicodeScalars) }.count
        let usual = min(Self.usualVocabulary, max(different + 64, characters / 40))
        let tokenizer = try Tokenizer(
            learningFrom: texts, tokens: tokens, vocabulary: settings.vocabulary ?? usual)
        let lengths = try texts.prefix(5_000).map { try tokenizer.tokens(of: $0).count }
        let long = lengths.quantile(0.95) ?? 1
        let length = settings.length ?? min(max(long, 8), Self.usualLength)
        return DatasetManifest.Input(
            signature: InputSignature(kind: .text, shape: [length], vocabulary: tokenizer.vocabulary),
            columns: modality.columns.map(\.name),
            preparation: .text(TextPreparation(tokens: tokens, model: Data(tokenizer.model), areFiles: areFiles)))
    }
}

extension TextPreparation: InputKind {
    func value(_ cells: [Cell], of name: String, _ reader: ValueReader) throws -> RawValue? {
        try reader.text(cells, areFiles: areFiles).map { .tokens(try reader.tokens(of: $0, for: name)) }
    }

    func methods(of name: String, shape: [Int]) -> String { PreparationScript.methods(of: name, self, shape) }

    func covered(_ occluded: Occlusion.Occluded) throws -> [Occlusion.Covered] {
        try Occlusion.words(try occluded.reader.text(occluded.cells, areFiles: areFiles), occluded)
    }
}
