import Model
import Tables

/// Chooses rate, length and spectrogram of sound from some of the recordings.
struct SoundFitter: InputFitter {
    private let modality: RawModality
    private let sampling: Sampling
    private var rates: [Int] = []
    private var seconds: [Double] = []
    private var lastFailure: Failure?

    /// Number of recordings to examine.
    private static let looked = 200
    /// Enough for speech; music and noises remain easy to tell apart.
    private static let usualRate = 16_000
    private static let usualBands = 64
    /// Maximum number of windows in a spectrogram; longer recordings get longer steps.
    private static let usualFrames = 256.0
    /// Seconds between windows of short recordings.
    private static let shortestHop = 0.01
    /// Default maximum length of a waveform that networks read, in seconds.
    private static let usualSeconds = 10.0

    init(_ modality: RawModality, count: Int) {
        self.modality = modality
        sampling = Sampling(Self.looked, of: count)
    }

    mutating func look(at cells: [Cell], place: Int, _ reader: ValueReader) {
        guard sampling.takes(place) else { return }
        do {
            if case .sound(let samples, let rate)? = try reader.sound(cells) {
                rates.append(rate)
                seconds.append(Double(samples.count) / Double(rate))
            }
        } catch {
            lastFailure = Failure(error)
        }
    }

    func input() throws -> DatasetManifest.Input {
        guard let usual = rates.quantile(0.5), let long = seconds.quantile(0.9) else {
            let reason = lastFailure.map { " Last error: \($0.message)" } ?? ""
            throw Failure(
                .invalidArgument,
                "modalities.\(modality.name): none of the examined recordings can be read.\(reason)")
        }
        let settings = modality.settings
        let rate = settings.rate ?? min(max(usual, DataLimits.rate.lowerBound), Self.usualRate)
        let length = settings.seconds ?? min(max(long, DataLimits.seconds.lowerBound), Self.usualSeconds)
        let samples = max(1, Int((length * Double(rate)).rounded()))
        let hop = max(1, Int(Double(rate) * max(Self.shortestHop, length / Self.usualFrames)))
        let window = max(Int(Double(rate) * 0.025), 2 * hop)
        var transform = 64
        while transform < window { transform *= 2 }
        let sound = SoundPreparation(
            sound: settings.sound ?? .mel, rate: rate, samples: samples, window: window, hop: hop,
            transform: transform, bands: settings.bands ?? min(Self.usualBands, transform / 4), mean: 0, deviation: 1)
        let shape = sound.sound == .mel ? [1, sound.bands, sound.frames] : [1, samples]
        return DatasetManifest.Input(
            signature: InputSignature(kind: .audio, shape: shape), columns: modality.columns.map(\.name),
            preparation: .sound(sound))
    }
}

extension SoundPreparation: InputKind {
    func value(_ cells: [Cell], of name: String, _ reader: ValueReader) throws -> RawValue? {
        try reader.sound(cells)
    }

    func methods(of name: String, shape: [Int]) -> String { PreparationScript.methods(of: name, self, shape) }

    func covered(_ occluded: Occlusion.Occluded) -> [Occlusion.Covered] {
        guard case .sound(let samples, let rate) = occluded.value else { return [] }
        return Occlusion.seconds(samples, rate, occluded.pieces)
    }
}
