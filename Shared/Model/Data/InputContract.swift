import Foundation

/// The input that a third-party pretrained network expects for a sample, and which of its outputs holds the features.
///
/// ```yaml
/// picture: {size: 224, mean: [127], deviation: [128]}
/// feature: 0
/// ```
public struct InputContract: Hashable, Sendable, Codable {
    /// Shape of one sample, without the batch: `[channels, height, width]`, `[frames, bands]`, `[samples]` or `[tokens]`.
    public var shape: [Int]
    /// How raw values are converted to numbers of that shape.
    public var preparation: Preparation
    /// Index, from 0, of the output that holds a sample's features.
    public var feature: Int

    /// Describes a contract.
    public init(shape: [Int], preparation: Preparation, feature: Int = 0) {
        self.shape = shape
        self.preparation = preparation
        self.feature = feature
    }

    /// The kind of modality that the network can read.
    public var kind: ModalityKind {
        switch preparation {
        case .sound: .audio
        case .text: .text
        default: .image
        }
    }

    /// The contract without its tokenizer, for programs that receive tokens.
    public var withoutTokenizer: InputContract {
        guard case .text(var text) = preparation else { return self }
        text.model = Data()
        return InputContract(shape: shape, preparation: .text(text), feature: feature)
    }

    /// A one-line description of the contract.
    public var summary: String {
        let size = shape.map(String.init).joined(separator: "×")
        return "\(preparation.summary), \(size), feature from output \(feature)"
    }
}

extension Preparation {
    /// A description for people.
    fileprivate var summary: String {
        func list(_ values: [Float]) -> String {
            Set(values).count == 1 ? "\(values[0])" : values.map { "\($0)" }.joined(separator: " ")
        }
        if case .picture(let picture) = self {
            return "picture, \(picture.fit.rawValue), (value − \(list(picture.means))) / \(list(picture.deviations))"
        }
        if case .text(let text) = self, let encoder = text.encoder {
            let pooling = encoder.pooling == .mean ? "mean of all tokens" : "first token"
            return "text in up to \(encoder.length) tokens, \(pooling), norm \(encoder.norm.rawValue)"
        }
        guard case .sound(let sound) = self else { return "unknown" }
        return "\(sound.power == nil ? "waveform" : "mel power") at \(sound.rate) Hz"
    }
}

/// The mel spectrogram that a pretrained network expects: power, on Slaney's scale, frames × bands.
public struct MelPower: Hashable, Sendable, Codable {
    /// Lower edge of the lowest band, in hertz.
    public var lowest: Double
    /// Upper edge of the highest band, in hertz.
    public var highest: Double
    /// Root mean square, in decibels relative to full scale, to which quieter sound is raised; nil to leave it
    /// unchanged.
    public var loudness: Double?

    /// Describes a spectrogram.
    public init(lowest: Double, highest: Double, loudness: Double?) {
        self.lowest = lowest
        self.highest = highest
        self.loudness = loudness
    }
}
