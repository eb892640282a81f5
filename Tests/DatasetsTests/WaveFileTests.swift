import Foundation
import Model
import TestSupport
import Testing

@testable import Datasets

@Suite struct `WAVE files` {
    /// A WAVE file of any kind, valid or not.
    struct Recipe: Sendable {
        var tag = 1
        var channels = 1
        var rate = 8000
        var bits = 16
        var data: [UInt8] = [0, 0, 0, 0x40, 0, 0x80, 0xFF, 0x7F]
        var before: [UInt8] = []
        var block: Int?

        var bytes: [UInt8] {
            func little(_ value: Int, _ count: Int) -> [UInt8] {
                (0..<count).map { UInt8(value >> (8 * $0) & 255) }
            }
            let frame = block ?? channels * bits / 8
            var format = Array("fmt ".utf8) + little(16, 4)
            format += little(tag, 2) + little(channels, 2) + little(rate, 4)
            format += little(rate * frame, 4) + little(frame, 2) + little(bits, 2)
            let body = Array("WAVE".utf8) + before + format + Array("data".utf8) + little(data.count, 4) + data
            return Array("RIFF".utf8) + little(body.count, 4) + body
        }
    }

    private static func samples(_ bytes: [UInt8], as name: String = "x.wav") throws -> [Float] {
        let folder = try TemporaryDirectory()
        return try AudioFolder.samples(of: folder.write(bytes, as: name), rate: 8000)
    }

    @Test(
        arguments: [
            (Recipe(), [0, 0.5, -1, 32767.0 / 32768]),
            (Recipe(bits: 8, data: [128, 192, 0, 255]), [0, 0.5, -1, 127.0 / 128]),
            (Recipe(bits: 24, data: [0, 0, 0x40, 0, 0, 0x80]), [0.5, -1]),
            (Recipe(bits: 32, data: [0, 0, 0, 0x40, 0, 0, 0, 0x80]), [0.5, -1]),
            (Recipe(tag: 3, bits: 32, data: [0, 0, 0, 0x3F, 0, 0, 0x80, 0xBF]), [0.5, -1]),
            (Recipe(channels: 2, data: [0, 0x40, 0, 0, 0, 0x80, 0, 0x80]), [0.25, -1]),
            (Recipe(before: Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3, 0]), [0, 0.5, -1, 32767.0 / 32768]),
            (Recipe(before: Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3]), [0, 0.5, -1, 32767.0 / 32768]),
        ] as [(Recipe, [Float])])
    func `every width, coding, number of channels and order of chunks is read`(
        recipe: Recipe, samples: [Float]
    ) throws {
        #expect(try Self.samples(recipe.bytes) == samples)
    }

    @Test(
        arguments: [
            (Recipe(channels: 0), "sound"), (Recipe(rate: 44100), "44100 samples per second, but 8000"),
            (Recipe(data: []), "no samples"),
        ])
    func `an odd file is refused with its name and the reason`(recipe: Recipe, reason: String) throws {
        let failure = try #require(throws: Failure.self) { try Self.samples(recipe.bytes, as: "7_theo_3.wav") }
        #expect(failure.code == .corrupt)
        #expect(failure.message.contains("/7_theo_3.wav'"))
        #expect(failure.message.contains(reason), "\(failure.message)")
    }

    @Test func `every truncation of a file is refused`() throws {
        let bytes = Recipe().bytes
        for length in bytes.indices {
            let failure = try #require(throws: Failure.self) {
                try Self.samples(Array(bytes.prefix(length)), as: "cut.wav")
            }
            #expect(failure.code == .corrupt)
            #expect(failure.message.contains("cut.wav"))
        }
    }

    @Test func `a missing file and a file of another kind are refused`() throws {
        #expect(
            try #require(throws: Failure.self) { try AudioFolder.samples(of: "/no/such.wav", rate: 8000) }.code
                == .notFound)
        let ogg = Array("OggS".utf8) + [UInt8](repeating: 0, count: 60)
        #expect(throws: Failure.self) { try Self.samples(ogg) }
        let avi = Array("RIFF".utf8) + [4, 0, 0, 0] + Array("AVI ".utf8)
        #expect(throws: Failure.self) { try Self.samples(avi) }
    }

    private static let clip = Preset.Clip(rate: 8000, samples: 8000)
    private static let digits = (0...9).map(String.init)

    @Test func `names of recordings give class, speaker and part`() {
        func recording(_ name: String, _ classes: [String] = Self.digits) -> SpeechSet.Recording? {
            SpeechSet.recording(named: name, classes: classes, tests: 5)
        }
        let seven = SpeechSet.Recording(name: "7_jackson_12", label: 7, speaker: "jackson", isTest: false)
        #expect(recording("7_jackson_12.wav") == seven)
        #expect(recording("0_theo_4.wav")?.isTest == true)
        #expect(recording("no_theo_5.wav", ["yes", "no"])?.label == 1)
        for name in ["10_theo_1.wav", "x_theo_1.wav", "1_theo.wav", "1__2.wav", "1_theo_-2.wav", "1_a_b_2.wav"] {
            #expect(recording(name) == nil)
        }
    }

    @Test func `a folder with a file of another name is refused`() throws {
        let folder = try TemporaryDirectory()
        let place = folder.url.path
        func takes() throws -> SpeechSet {
            try .takes(folder: place, clip: Self.clip, classes: Self.digits, tests: 5)
        }
        #expect(throws: Failure.self) { try takes() }
        _ = try folder.write(Recipe().bytes, as: "hello.wav")
        let speech = try #require(throws: Failure.self) { try takes() }
        #expect(speech.message.contains("hello.wav"))
        let noise = try #require(throws: Failure.self) { try NoiseSet.folds(folder: place, rate: 8000) }
        #expect(noise.message.contains("hello.wav"))
    }
}
