import Foundation
import Model

extension SpeechSet {
    /// Gliding tones that are generated here, for machines without FSDD: each class is a melody of three notes with
    /// harmonics, hummed by five voices of different pitch at different speeds.
    static func tones(clip: Preset.Clip, classes: Int, seed: UInt64) -> SpeechSet {
        let recordings = (0..<classes).flatMap { label in
            voices.indices.flatMap { voice in
                (0..<50).map { index in
                    Recording(
                        name: "\(label)_voice\(voice)_\(index)", label: label, speaker: "voice\(voice)",
                        isTest: index < 5)
                }
            }
        }
        return SpeechSet(clip: clip, recordings: recordings) { index in
            let voice = index / 50 % voices.count
            return hum(
                index / (50 * voices.count), pitch: voices[voice], rate: clip.rate, seed: seed,
                purpose: "tones.\(index)")
        }
    }

    /// The lowest pitch of each voice, in hertz.
    private static let voices = [105.0, 125, 150, 185, 215]

    /// Three notes of each class, in semitones above the voice's pitch.
    private static let melodies: [[Double]] = [
        [0, 0, 0], [0, 7, 0], [0, 12, 12], [12, 6, 0], [12, 0, 12], [5, 9, 14], [14, 2, 7], [7, 7, 14], [3, 14, 3],
        [14, 14, 5],
    ]

    private static func hum(_ label: Int, pitch: Double, rate: Int, seed: UInt64, purpose: String) -> [Float] {
        var generator = SplitMix64(seed: seed, purpose: purpose)
        let count = Int(generator.number(in: 0.3...0.7) * Double(rate))
        let detuning = generator.number(in: -0.7...0.7)
        let notes = melodies[label].map { $0 + detuning + generator.number(in: -0.4...0.4) }
        let brightness = generator.number(in: 0.45...0.75)
        let level = generator.number(in: 0.1...0.4)
        var phase = 0.0
        return (0..<count).map { index in
            let position = Double(index) / Double(count)
            let note = Int(position * 2)
            let share = position * 2 - Double(note)
            let semitones = notes[note] + (notes[min(note + 1, 2)] - notes[note]) * share * share * (3 - 2 * share)
            phase += 2 * Double.pi * pitch * pow(2, semitones / 12) / Double(rate)
            var sum = 0.0
            var strength = 1.0
            for harmonic in 1...8 {
                sum += strength * sin(Double(harmonic) * phase)
                strength *= brightness
            }
            let envelope = min(1, 10 * min(position, 1 - position))
            return Float(level * envelope * sum / 2)
        }
    }
}

extension NoiseSet {
    /// Hum, hiss, crackle and beeps that are generated here, for machines without ESC: ten clips in each of four folds.
    static func generated(rate: Int, seed: UInt64) -> NoiseSet {
        let clips = (1...4).flatMap { fold in
            (0..<10).map { Clip(name: "\(fold)-\(["hum", "hiss", "crackle", "beeps"][$0 % 4])-\($0)", fold: fold) }
        }
        return NoiseSet(clips: clips) { index in
            var generator = SplitMix64(seed: seed, purpose: "noise.\(index)")
            return make(kind: index % 10 % 4, rate: rate, &generator)
        }
    }

    private static func make(kind: Int, rate: Int, _ generator: inout SplitMix64) -> [Float] {
        let count = 2 * rate
        let frequency = generator.number(in: 40...400)
        let smoothness = generator.number(in: 0...0.95)
        var state = 0.0
        return (0..<count).map { index in
            let time = Double(index) / Double(rate)
            let white = generator.number(in: -1...1)
            switch kind {
            case 0: return Float(0.2 * (sin(2 * Double.pi * frequency * time) + sin(4 * Double.pi * frequency * time)))
            case 1: state = smoothness * state + (1 - smoothness) * white
            case 2: state = abs(white) > 0.998 ? white : state * 0.9
            default: state = Int(time * 8) % 3 == 0 ? 0.3 * sin(10 * Double.pi * frequency * time) : 0.01 * white
            }
            return Float(state)
        }
    }
}
