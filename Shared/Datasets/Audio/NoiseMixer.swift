import Model

/// Adds noise to speech at a given signal-to-noise ratio.
///
/// With s the recording, placed in the middle of a clip (cut to its middle if it is longer), and n an excerpt of
/// noise as long as a clip, the result is
///
///     y = s + g · n,   g = √(P(s) / P(n) · 10^(−d / 10))
///
/// where P is the mean square, of the recording over its own length and of the whole excerpt, and d the
/// ratio in decibels.
struct NoiseMixer: Sendable {
    /// Samples of a clip.
    let length: Int

    /// Places a recording in the middle of silence, or keeps its middle.
    func centered(_ recording: [Float]) -> [Float] {
        if recording.count >= length {
            let start = (recording.count - length) / 2
            return Array(recording[start..<start + length])
        }
        var clip = [Float](repeating: 0, count: length)
        let start = (length - recording.count) / 2
        clip.replaceSubrange(start..<start + recording.count, with: recording)
        return clip
    }

    /// Speech with noise; the excerpt has the length of a clip.
    func mix(_ recording: [Float], with noise: ArraySlice<Float>, signalToNoise: Double) -> [Float] {
        precondition(noise.count == length, "an excerpt of noise has \(length) samples")
        let clip = centered(recording)
        let noisePower = Self.power(noise)
        guard noisePower > 0 else { return clip }
        let gain = Float((Self.power(recording[...]) / noisePower * exponential10(-signalToNoise / 10)).squareRoot())
        return clip.withUnsafeBufferPointer { clip in
            noise.withUnsafeBufferPointer { noise in
                clip.indices.map { clip[$0] + gain * noise[$0] }
            }
        }
    }

    /// The mean square.
    static func power(_ samples: ArraySlice<Float>) -> Double {
        guard !samples.isEmpty else { return 0 }
        let sum = samples.withUnsafeBufferPointer { buffer in buffer.reduce(0.0) { $0 + Double($1) * Double($1) } }
        return sum / Double(samples.count)
    }

    /// Where excerpts of a clip can start. Excerpts with less than a hundredth of the loudest one's power are left out,
    /// because amplifying near silence to the loudness of speech would add something other than the clip's sound.
    func audibleStarts(in clip: [Float]) -> [Int] {
        guard clip.count >= length else { return [] }
        let step = max(1, length / 16)
        let blocks = stride(from: 0, to: clip.count - clip.count % step, by: step).map { start in
            Self.power(clip[start..<start + step])
        }
        let blocksPerExcerpt = (length + step - 1) / step
        guard blocks.count >= blocksPerExcerpt else { return [] }
        let powers = (0...blocks.count - blocksPerExcerpt).map { first in
            blocks[first..<first + blocksPerExcerpt].reduce(0, +) / Double(blocksPerExcerpt)
        }
        guard let loudest = powers.max(), loudest > 0 else { return [] }
        return powers.indices.filter { powers[$0] >= loudest / 100 }.map { $0 * step }
    }
}
