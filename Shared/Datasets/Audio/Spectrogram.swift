import CTorch
import Foundation
import Model

/// Converts clips to square pictures of sound: time to the right, frequency upward, loudness as brightness.
///
/// For a side of S pixels, a short-time Fourier transform with a periodic Hann window of W = 2 (S − 1) samples and a
/// hop of H = ⌊(N − W) / (S − 1)⌋ gives S frequencies from 0 to half the rate and S frames within the N samples of a
/// clip, without padding. Squared magnitudes become decibels below the clip's
/// loudest bin; 80 dB are spread over the bytes, 255 for the loudest.
struct Spectrogram {
    static let decibelRange = 80.0

    let side: Int
    let clip: Preset.Clip
    var window: Int { 2 * (side - 1) }
    var hop: Int { (clip.samples - window) / (side - 1) }

    /// How a recording is converted to such a picture.
    var preparation: SoundPreparation {
        var preparation = SoundPreparation(
            sound: .mel, rate: clip.rate, samples: clip.samples, window: window, hop: hop,
            transform: window,
            bands: side, mean: 0, deviation: 1)
        preparation.side = side
        return preparation
    }

    /// The pictures of consecutive clips.
    func pictures(of clips: [Float]) throws -> [UInt8] {
        let count = clips.count / clip.samples
        let bytes = count * side * side
        return try [UInt8](unsafeUninitializedCapacity: bytes) { buffer, initialized in
            try Preprocessing.check { error in
                gyrus_spectrograms(
                    clips, Int64(count), Int64(clip.samples), Int64(window), Int64(hop), Int64(side), Int64(side),
                    Self.decibelRange, buffer.baseAddress, error)
            }
            initialized = bytes
        }
    }
}

/// Ten to the power of a number.
func exponential10(_ exponent: Double) -> Double { pow(10, exponent) }
