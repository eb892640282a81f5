import Foundation
import Model
import Preparation
import Testing

@Suite struct PreparationModuleTests {
    @Test(arguments: [
        (DataSettings.Modality.Fit.stretch, [11, 20, 29]), (.crop, [20, 20, 20]), (.pad, [112, 47, 112]),
    ])
    func `a picture of another shape is stretched, cropped or padded`(_ fit: DataSettings.Modality.Fit, _ rows: [Float])
        throws
    {
        // Three bands of 8 rows: 10, 20, 30. Cropped to a square, only the middle is left; padded, it is in the middle
        // of 127. A triangle as wide as two bands weights the pixels that contribute to a pixel of the result.
        let (height, width) = fit == .pad ? (8, 24) : (24, 8)
        let pixels = (0..<height * width).map { place -> UInt8 in
            fit == .pad ? 20 : UInt8(10 * (place / width / 8 + 1))
        }
        let module = try Self.module(
            .picture(PicturePreparation(fit: fit, means: [0], deviations: [1])), shape: [1, 3, 3])
        let prepared = try module.run("prepare_x", .pixels(pixels, shape: [height, width, 1]), count: 9)
        #expect([prepared[1], prepared[4], prepared[7]] == rows)
    }

    @Test func `transparent pixels become white, and gray becomes color`() throws {
        let module = try Self.module(
            .picture(PicturePreparation(fit: .stretch, means: [0, 0, 0], deviations: [1, 1, 1])), shape: [3, 1, 1])
        let clear = RawValue.pixels([0, 0, 0, 0], shape: [1, 1, 4])
        #expect(try module.run("prepare_x", clear, count: 3) == [255, 255, 255])
        let gray = RawValue.pixels([7], shape: [1, 1, 1])
        #expect(try module.run("prepare_x", gray, count: 3) == [7, 7, 7])
    }

    /// Reference values by NumPy, as librosa's `melspectrogram` with zeros at the ends.
    @Test(arguments: [nil, -20] as [Double?])
    func `mel power follows Slaney's scale, for sufficiently loud sound`(_ loudness: Double?) throws {
        var preparation = SoundPreparation(
            sound: .mel, rate: 16_000, samples: 3_200, window: 400, hop: 160, transform: 400, bands: 40, mean: 0,
            deviation: 1)
        preparation.power = MelPower(lowest: 0, highest: 8_000, loudness: loudness)
        let module = try Self.module(.sound(preparation), shape: [21, 40])
        let samples = (0..<3_200).map { place -> Float in
            let time = Double(place) / 16_000
            return Float(
                0.1 * sin(2 * Double.pi * 440 * time) + 0.02 * sin(2 * Double.pi * (1_000 + 2_000 * time) * time))
        }
        let power = try module.run("prepare_x", .sound(samples, rate: 16_000), count: 21 * 40)
        // The root mean square of the samples is 0.0721, and −20 dB relative to full scale is 0.1.
        let factor = loudness == nil ? 1 : pow(0.1 / 0.07211106084444588, 2)
        for (frame, band, value) in [
            (0, 0, 0.010543447798795952), (5, 5, 1.643106167780984), (5, 6, 0.17819383341168005),
            (20, 5, 0.5371418903273552),
        ] {
            #expect(abs(Double(power[frame * 40 + band]) / (value * factor) - 1) < 1e-3)
        }
    }

    @Test(arguments: [(22_050, 16_000), (8_000, 16_000), (44_101, 16_000), (48_000, 8_000)])
    func `a resampled tone equals the tone sampled at the other rate`(_ rate: Int, _ wanted: Int) throws {
        let count = wanted / 2
        let module = try Self.module(
            .sound(
                SoundPreparation(
                    sound: .waveform, rate: wanted, samples: count, window: 1, hop: 1, transform: 1, bands: 1, mean: 0,
                    deviation: 1)), shape: [1, count])
        let tone = { (rate: Int) in
            (0..<rate / 2).map { Float(sin(2 * Double.pi * 440 * Double($0) / Double(rate))) }
        }
        let resampled = try module.run("prepare_x", .sound(tone(rate), rate: rate), count: count)
        // The ends lack neighbors.
        let worst = Array(zip(resampled, tone(wanted)))[100..<(count - 100)].map { abs($0 - $1) }.max() ?? .infinity
        #expect(worst < 0.01)
    }

    @Test func `a spectrogram has its strongest band where the tone is`() throws {
        let sound = SoundPreparation(
            sound: .mel, rate: 16_000, samples: 16_000, window: 400, hop: 160, transform: 512, bands: 64, mean: 0,
            deviation: 1)
        let module = try Self.module(.sound(sound), shape: [1, 64, sound.frames])
        let tone = (0..<16_000).map { Float(sin(2 * Double.pi * 2_000 * Double($0) / 16_000)) }
        let bytes = try module.run("prepare_x", .sound(tone, rate: 16_000), count: 64 * sound.frames)
        let middle = (0..<64).map { bytes[$0 * sound.frames + sound.frames / 2] }
        let strongest = try #require(middle.indices.max { middle[$0] < middle[$1] })
        // Band n is centered at mel (n + 1) · highest / 65.
        let mel = { (hertz: Double) -> Double in 2_595 * log10(1 + hertz / 700) }
        let expected = Int((mel(2_000) / mel(8_000) * 65).rounded()) - 1
        #expect(abs(strongest - expected) <= 1)
        #expect(bytes.allSatisfy { (0...255).contains($0) && $0 == $0.rounded() })
        let silence = try module.run(
            "prepare_x", .sound([Float](repeating: 0, count: 100), rate: 8_000), count: 64 * sound.frames)
        #expect(silence.allSatisfy { $0 == 0 || $0 < 60 })
    }

    @Test func `texts are cut or padded`() throws {
        let module = try Self.module(.text(TextPreparation(tokens: .words, model: Data())), shape: [4])
        #expect(try module.run("input_x", .tokens([5, 6]), count: 4) == [5, 6, 0, 0])
        #expect(try module.run("input_x", .tokens([5, 6, 7, 8, 9]), count: 4) == [5, 6, 7, 8])
        #expect(try module.run("input_x", .tokens([]), count: 4) == [0, 0, 0, 0])
    }

    @Test func `numbers are standardized, missing ones flagged, categories kept`() throws {
        let table = TablePreparation(
            numbers: [
                .init(name: "age", mean: 40, deviation: 10, hasFlag: false),
                .init(name: "weight", mean: 70, deviation: 5, hasFlag: true),
            ], categories: [.init(name: "sex", values: ["f", "m"])])
        #expect(table.width == 4)
        let module = try Self.module(.table(table), shape: [4])
        let row = RawValue.numbers([50, .nan, 2], shape: [3])
        #expect(try module.run("input_x", row, count: 4) == [1, 0, 1, 2])
        let outlier = RawValue.numbers([1e9, 75, 0], shape: [3])
        #expect(try module.run("input_x", outlier, count: 4) == [10, 1, 0, 0])
    }

    @Test func `series are standardized by channel and marked where they end`() throws {
        let series = SeriesPreparation(means: [1, 0], deviations: [2, 1], hasMask: true)
        let module = try Self.module(.series(series), shape: [3, 4])
        let value = RawValue.numbers([3, 5, -1, .nan], shape: [2, 2])
        #expect(
            try module.run("input_x", value, count: 12) == [1, 2, 0, 0, -1, 0, 0, 0, 1, 1, 0, 0])
    }

    private static func module(_ preparation: Preparation, shape: [Int]) throws -> PreparationModule {
        let input = DatasetManifest.Input(
            signature: InputSignature(kind: .image, shape: shape), columns: ["x"], preparation: preparation)
        return try PreparationModule(
            PreparationScript(
                DatasetManifest(
                    name: "test", settings: DataSettings(source: "x"), content: "", inputs: ["x": input],
                    target: Target(.classification, names: ["a", "b"]), counts: nil, samples: .init())))
    }
}
