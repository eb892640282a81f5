/// What a pretrained network of others must be given for a sample, and which of its outputs describes the sample.
///
/// ```yaml
/// picture: {size: 224, mean: [127], deviation: [128]}
/// feature: 0
/// ```
public struct InputContract: Hashable, Sendable, Codable {
    /// Shape of one sample, without the batch: `[channels, height, width]`, `[frames, bands]` or `[samples]`.
    public var shape: [Int]
    /// What turns raw values into numbers of that shape.
    public var preparation: Preparation
    /// The number of the output, from 0, that describes a sample.
    public var feature: Int

    /// Describes a contract.
    public init(shape: [Int], preparation: Preparation, feature: Int = 0) {
        self.shape = shape
        self.preparation = preparation
        self.feature = feature
    }

    /// What modalities the network can read.
    public var kind: ModalityKind {
        if case .sound = preparation { .audio } else { .image }
    }

    /// The contract in one line, for people.
    public var summary: String {
        let size = shape.map(String.init).joined(separator: "×")
        return "\(preparation.summary), \(size), feature from output \(feature)"
    }
}

extension Preparation {
    /// What it does, for people.
    fileprivate var summary: String {
        func list(_ values: [Float]) -> String {
            Set(values).count == 1 ? "\(values[0])" : values.map { "\($0)" }.joined(separator: " ")
        }
        if case .picture(let picture) = self {
            return "picture, \(picture.fit.rawValue), (value − \(list(picture.means))) / \(list(picture.deviations))"
        }
        guard case .sound(let sound) = self else { return "unknown" }
        return "\(sound.power == nil ? "waveform" : "mel power") at \(sound.rate) Hz"
    }
}

/// How a pretrained network wants a spectrogram of mel bands: power, on Slaney's scale, frames × bands.
public struct MelPower: Hashable, Sendable, Codable {
    /// Frequency in hertz where the lowest band begins.
    public var lowest: Double
    /// Frequency in hertz where the highest band ends.
    public var highest: Double
    /// Root mean square in decibels below full scale to which quieter sound is raised; nil where it stays as it is.
    public var loudness: Double?

    /// Describes a spectrogram.
    public init(lowest: Double, highest: Double, loudness: Double?) {
        self.lowest = lowest
        self.highest = highest
        self.loudness = loudness
    }
}
