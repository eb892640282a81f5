import Foundation
import Model
import Testing

@testable import Datasets

@Suite struct `Preprocessing of samples` {
    private let mixer = NoiseMixer(length: 8000)
    private let clip = Preset.Clip(rate: 8000, samples: 8000)

    private func tone(_ hertz: Double, count: Int, amplitude: Double = 0.5) -> [Float] {
        (0..<count).map { Float(amplitude * sin(2 * Double.pi * hertz * Double($0) / 8000)) }
    }

    @Test(arguments: [-10.0, 0, 10, 20])
    func `noise is added at the requested signal-to-noise ratio`(decibels: Double) throws {
        let speech = tone(440, count: 3000)
        let noise = tone(1234, count: mixer.length, amplitude: 0.01)
        let mixed = mixer.mix(speech, with: noise[...], signalToNoise: decibels)
        let added = zip(mixed, mixer.centered(speech)).map { $0 - $1 }
        let measured = 10 * log10(NoiseMixer.power(speech[...]) / NoiseMixer.power(added[...]))
        #expect(abs(measured - decibels) < 0.01)
    }

    @Test func `short recordings are centered, and long ones lose both ends`() {
        let short = mixer.centered([1, 2])
        #expect(short.count == 8000)
        #expect(short[3999] == 1 && short[4000] == 2 && short[3998] == 0 && short[4001] == 0)
        let long = mixer.centered((0..<9000).map(Float.init))
        #expect(long.count == 8000 && long.first == 500 && long.last == 8499)
    }

    @Test func `silent excerpts are not used`() {
        var clip = [Float](repeating: 0, count: 40_000)
        clip.replaceSubrange(20_000..<22_000, with: tone(500, count: 2000))
        let starts = mixer.audibleStarts(in: clip)
        #expect(starts.first == 12_500 && starts.last == 21_500)
        #expect(mixer.audibleStarts(in: [Float](repeating: 0, count: 40_000)).isEmpty)
        #expect(mixer.audibleStarts(in: [1, 1]).isEmpty)
    }

    @Test(arguments: [7, 16, 1000, 8000, 11_025]) func `an excerpt of any length lies within its clip`(_ length: Int) {
        let clip = tone(500, count: length * 5 / 2)
        let starts = NoiseMixer(length: length).audibleStarts(in: clip)
        #expect(!starts.isEmpty && starts.allSatisfy { $0 + length <= clip.count })
    }

    @Test(arguments: [112, 64, 256])
    func `a tone is brightest at its frequency at all times`(side: Int) throws {
        let spectrogram = Spectrogram(side: side, clip: clip)
        let picture = try spectrogram.pictures(of: tone(1000, count: 8000))
        #expect(picture.count == side * side)
        let bin = Int((1000 / (8000 / Double(spectrogram.window))).rounded())
        for frame in 0..<side {
            let column = (0..<side).map { picture[$0 * side + frame] }
            let brightest = try #require(column.indices.max { column[$0] < column[$1] })
            #expect(abs(side - 1 - brightest - bin) <= 1)
        }
        #expect(picture.max() == 255)
    }

    @Test func `loudness falls by decibels`() throws {
        // A second, 40 dB softer tone is half way down the 80 dB of the bytes.
        let loud = tone(8000.0 / 222 * 20, count: 8000, amplitude: 0.5)
        let soft = tone(8000.0 / 222 * 80, count: 8000, amplitude: 0.005)
        let picture = try Spectrogram(side: 112, clip: clip).pictures(of: zip(loud, soft).map { $0 + $1 })
        #expect(picture[(111 - 20) * 112 + 50] >= 254)
        #expect(abs(Int(picture[(111 - 80) * 112 + 50]) - 128) <= 1)
        #expect(picture[(111 - 50) * 112 + 50] < 64)
    }

    @Test func `clips of a batch do not affect each other`() throws {
        let spectrogram = Spectrogram(side: 64, clip: clip)
        let first = tone(700, count: 8000)
        let second = tone(2100, count: 8000, amplitude: 0.1)
        #expect(
            try spectrogram.pictures(of: first + second)
                == spectrogram.pictures(of: first) + spectrogram.pictures(of: second))
    }

    @Test func `the kept components have no more energy than requested`() throws {
        // Three uncorrelated columns with variances 1600, 784 and 400 around different means.
        let rows = (0..<64).flatMap { index -> [UInt8] in
            [
                index & 1 == 1 ? 180 : 100, index >> 1 & 1 == 1 ? 66 : 10, index >> 2 & 1 == 1 ? 45 : 5,
            ]
        }
        let some = try PrincipalComponents(of: rows, features: 3, energyRemoved: 0.4)
        #expect(some.count == 1)
        #expect(abs(some.keptEnergy - 1600 / (1600 + 784 + 400)) < 1e-9)
        let rebuilt = try some.rebuild(rows)
        for row in 0..<64 {
            #expect(abs(rebuilt[3 * row] - Float(rows[3 * row])) < 1e-3)
            #expect(abs(rebuilt[3 * row + 1] - 38) < 1e-3)
            #expect(abs(rebuilt[3 * row + 2] - 25) < 1e-3)
        }
        #expect(try PrincipalComponents(of: rows, features: 3, energyRemoved: 0.5).count == 0)
        let whole = try PrincipalComponents(of: rows, features: 3, energyRemoved: 0)
        #expect(whole.count == 3)
        #expect(zip(try whole.rebuild(rows), rows).allSatisfy { abs($0 - Float($1)) < 1e-3 })
    }

    @Test func `pictures without variance are left unchanged`() throws {
        let rows = [UInt8](repeating: 7, count: 40)
        let components = try PrincipalComponents(of: rows, features: 4, energyRemoved: 0.5)
        #expect(try components.rebuild(rows).allSatisfy { abs($0 - 7) < 1e-4 })
    }

    @Test func `random numbers depend only on seed and purpose`() {
        var generator = SplitMix64(seed: 7, purpose: "test")
        let numbers = (0..<3).map { _ in generator.index(below: 1_000_000) }
        var again = SplitMix64(seed: 7, purpose: "test")
        #expect(numbers == (0..<3).map { _ in again.index(below: 1_000_000) })
        var other = SplitMix64(seed: 7, purpose: "other")
        #expect(numbers != (0..<3).map { _ in other.index(below: 1_000_000) })
        #expect(generator.shuffled(Array(0..<100)).sorted() == Array(0..<100))
        #expect((0..<1000).allSatisfy { _ in (0..<1).contains(generator.unit()) })
    }
}
