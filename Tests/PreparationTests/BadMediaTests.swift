import Foundation
import Media
import Model
import Preparation
import Tables
import TestSupport
import Testing

/// Pictures and sounds as in real folders: readable ones are read correctly, and the rest is named and counted.
@Suite(.timeLimit(.minutes(10))) struct BadMediaTests {
    /// A picture of 8 by 8 pixels, each the same.
    private static func picture(_ level: UInt8, maximum: Int = 255) -> [UInt8] {
        let pixel = maximum > 255 ? [level, level] : [level]
        return Array("P5 8 8 \(maximum)\n".utf8) + Array(repeating: pixel, count: 64).flatMap(\.self)
    }

    /// Red in CMYK, as Adobe's programs write it.
    private static let inks =
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoK"
        + "CgYICwwLCgwJCgoK/8AAFAgACAAIBEMRAE0RAFkRAEsRAP/EABUAAQEAAAAAAAAAAAAAAAAAAAkK/8QAFBABAAAAAAAAAAAAAAAA"
        + "AAAAAP/aAA4EQwBNAFkASwAAPwB/E/6f8/j/2Q=="

    /// An 8-bit WAV file at 8 kHz with a given number of samples.
    private static func wave(_ samples: Int, to file: URL) throws {
        var data = Data("RIFF".utf8)
        func add(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
        }
        add(UInt32(36 + samples))
        data.append(contentsOf: "WAVEfmt ".utf8)
        add(UInt32(16))
        for value in [UInt16(1), 1] { add(value) }
        for value in [UInt32(8_000), 8_000] { add(value) }
        for value in [UInt16(1), 8] { add(value) }
        data.append(contentsOf: "data".utf8)
        add(UInt32(samples))
        try data.write(to: file)
        // A sparse file is silence that takes no disk space.
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: UInt64(data.count + samples))
        try handle.close()
    }

    /// Two folders of pictures, with a few more files by path.
    private static func folder(_ more: [String: [UInt8]], good: Int = 80) throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        for name in ["cat", "dog"] {
            try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
        }
        for index in 0..<good {
            let level = UInt8(index % 2 == 0 ? 40 + index % 20 : 180 + index % 20)
            try Data(picture(level)).write(to: folder.file("\(index % 2 == 0 ? "cat" : "dog")/p\(index).pgm"))
        }
        for (path, bytes) in more { try Data(bytes).write(to: folder.file(path)) }
        return folder
    }

    private static func prepare(_ folder: TemporaryDirectory, to file: String) throws -> DataPreparer.Outcome {
        let settings = DataSettings(source: folder.url.path)
        let table = try SampleTable(settings: settings)
        let rows = try TableRows(table)
        return try DataPreparer(
            rows: rows, settings: settings, name: "t", target: table.target.target, content: try rows.digest()
        ).prepare(to: file)
    }

    @Test func `CMYK and 16-bit pictures have the right colors`() throws {
        let bytes = [UInt8](try #require(Data(base64Encoded: Self.inks)))
        let printed = try Picture(decoding: bytes)
        #expect(printed.channels == 3)
        #expect(printed.pixels[0] > 230 && printed.pixels[1] < 25 && printed.pixels[2] < 25)
        #expect(try Picture(decoding: Self.picture(100, maximum: 65_535)).pixels.allSatisfy { $0 == 100 })
    }

    @Test func `pictures with too many pixels are refused before memory is allocated`() throws {
        let side: [UInt8] = [0, 0, 0x9C, 0x40], size = side + side  // 40,000 by 40,000
        func long(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { [UInt8]($0) } }
        let headers: [[UInt8]] = [
            Array("P5\n# large\n40000 40000\n255\n".utf8),
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8) + size + [8, 0, 0, 0, 0]
                + Array("IEND".utf8),
            [
                0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0xFF, 0xC0, 0, 11, 8, 0x9C, 0x40, 0x9C, 0x40, 1, 1, 0x11, 0, 0xFF,
                0xD9,
            ],
            Array("BM".utf8) + [UInt8](repeating: 0, count: 16) + [0x40, 0x9C, 0, 0, 0xC0, 0x63, 0xFF, 0xFF],
            // OS/2's header has sides of two bytes.
            Array("BM".utf8) + [UInt8](repeating: 0, count: 12) + [12, 0, 0, 0, 0x40, 0x9C, 0x40, 0x9C, 1, 0, 8, 0],
            // Decoders skip a byte between segments.
            [
                0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0, 0, 0, 0xFF, 0xC0, 0, 11, 8, 0x9C, 0x40, 0x9C, 0x40, 1, 1, 0x11, 0,
                0xFF, 0xD9,
            ],
            Array("RIFF0000WEBPVP8X".utf8) + [UInt8](repeating: 0, count: 8) + [0x3F, 0x9C, 0, 0x3F, 0x9C, 0],
            Array("II*".utf8) + [0, 8, 0, 0, 0, 2, 0, 0, 1, 4, 0, 1, 0, 0, 0, 0x40, 0x9C, 0, 0]
                + [1, 1, 3, 0, 1, 0, 0, 0, 0x40, 0x9C, 0, 0],
            // BigTIFF that begins with its largest bytes.
            Array("MM".utf8) + [0, 43, 0, 8, 0, 0] + long(16) + long(2)
                + [1, 0, 0, 4] + long(1) + side + [0, 0, 0, 0, 1, 1, 0, 16] + long(1) + long(40_000),
            [0, 0, 0, 12] + Array("jP  ".utf8) + [0x0D, 0x0A, 0x87, 0x0A] + Array("....ihdr".utf8) + side + side,
            [0xFF, 0x4F, 0xFF, 0x51, 0, 41, 0, 0] + side + side + [UInt8](repeating: 0, count: 8),
            Array("....ftypavif....ispe....".utf8) + side + side,
            Array("#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 40000 +X 40000\n".utf8),
            Array("PF\n40000 40000\n-1.0\n".utf8),
            Array("P7\nWIDTH 40000\nHEIGHT 40000\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n".utf8),
            [0x59, 0xA6, 0x6A, 0x95] + side + side,
            [0x76, 0x2F, 0x31, 0x01, 2, 0, 0, 0] + Array("dataWindow\0box2i\0".utf8) + [16, 0, 0, 0]
                + [UInt8](repeating: 0, count: 8) + [0x3F, 0x9C, 0, 0, 0x3F, 0x9C, 0, 0] + [0],
        ]
        for header in headers {
            let failure = #expect(throws: Failure.self) { _ = try Picture(decoding: header) }
            #expect(
                failure?.message.contains("40000 x 40000 pixels; at most 64000000") == true, "\(failure?.message ?? "")"
            )
        }
    }

    @Test func `a picture in OS/2's form of BMP is read`() throws {
        let palette = (0..<256).flatMap { [UInt8](repeating: UInt8($0), count: 3) }
        let size = 26 + palette.count + 64
        let header =
            Array("BM".utf8) + [UInt8(size & 0xFF), UInt8(size >> 8), 0, 0, 0, 0, 0, 0, 26, 3, 0, 0]
            + [12, 0, 0, 0, 8, 0, 8, 0, 1, 0, 8, 0]
        let picture = try Picture(decoding: header + palette + [UInt8](repeating: 77, count: 64))
        #expect(picture.width == 8 && picture.height == 8)
        #expect(picture.pixels.allSatisfy { $0 == 77 })
    }

    @Test func `a picture whose header has no size is refused`() throws {
        for header in [Array("P5\n0 0\n255\n".utf8), Array("BM".utf8) + [UInt8](repeating: 0, count: 60)] {
            let failure = #expect(throws: Failure.self) { _ = try Picture(decoding: header) }
            #expect(failure?.message.contains("damaged") == true, "\(failure?.message ?? "")")
        }
    }

    @Test func `unreadable files are named with the reason, and the others are prepared`() throws {
        let folder = try Self.folder([
            "cat/empty.jpg": [], "dog/really.jpg": Array("GIF89a".utf8) + [1, 0, 1, 0, 0, 0, 0],
            "dog/cut.png": [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13],
        ])
        let report = try SampleTable(settings: DataSettings(source: folder.url.path)).report(probe: MediaProber())
        #expect(report.unreadable == 3)
        let reasons = report.unreadableFiles.map { "\($0.file): \($0.reason)" }.joined(separator: "\n")
        #expect(reasons.contains("cat/empty.jpg") && reasons.contains("0 bytes"))
        #expect(reasons.contains("dog/really.jpg: it is a GIF"))
        #expect(reasons.contains("dog/cut.png: the PNG picture is truncated"))
        let target = try TemporaryDirectory()
        let outcome = try Self.prepare(folder, to: target.path("d.safetensors"))
        #expect(outcome.unreadableCount == 3)
        let samples = outcome.manifest.samples
        #expect(samples.training + samples.validation + samples.test == 80)
        #expect(outcome.manifest.notes.contains { $0.contains("3 samples could not be read") })
    }

    @Test func `too many unreadable files end the preparation, which leaves no file behind`() throws {
        let folder = try Self.folder(
            Dictionary(uniqueKeysWithValues: (0..<9).map { ("cat/broken\($0).jpg", Array("nothing".utf8)) }), good: 40)
        let target = try TemporaryDirectory()
        let failure = #expect(throws: Failure.self) { _ = try Self.prepare(folder, to: target.path("d.safetensors")) }
        #expect(failure?.message.contains("more than 5 % of 49 samples") == true)
        #expect(failure?.message.contains("data: {unreadable: 0.2}") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.url.path).isEmpty)
    }

    /// Rows to which another program adds, or from which it removes, after they were counted.
    private struct ChangedRows: SampleRows {
        let rows: TableRows
        let change: Int

        var modalities: [RawModality] { rows.modalities }
        var files: FileFinder { rows.files }
        var counts: DatasetRecipe.Counts {
            var counts = rows.counts
            counts.training -= change
            return counts
        }
        func forEachSample(_ body: (RawSample) throws -> Void) throws { try rows.forEachSample(body) }
    }

    @Test(arguments: [1: "more", -1: "fewer"])
    func `data that changes while it is read is refused`(_ change: Int, _ amount: String) throws {
        let folder = try Self.folder([:]), target = try TemporaryDirectory()
        let settings = DataSettings(source: folder.url.path)
        let table = try SampleTable(settings: settings)
        let failure = #expect(throws: Failure.self) {
            _ = try DataPreparer(
                rows: ChangedRows(rows: TableRows(table), change: change), settings: settings, name: "t",
                target: table.target.target, content: "1"
            ).prepare(to: target.path("d.safetensors"))
        }
        #expect(failure?.message.contains("has \(amount) samples") == true, "\(failure?.message ?? "")")
        #expect(try FileManager.default.contentsOfDirectory(atPath: target.url.path).isEmpty)
    }

    @Test func `folders of preparations that ended long ago are removed, and other folders stay`() throws {
        let target = try TemporaryDirectory(), manager = FileManager.default
        let contents = [
            "begun": ["lock"], "half": ["lock", "plan.json", "0.shard"], "other": ["lock", "letter.txt"],
            "new": ["lock"],
        ]
        for (name, files) in contents {
            try manager.createDirectory(at: target.file(name), withIntermediateDirectories: true)
            for file in files { try Data().write(to: target.file("\(name)/\(file)")) }
            let changed = Date(timeIntervalSinceNow: name == "new" ? -60 : -30 * 24 * 3_600)
            try manager.setAttributes([.modificationDate: changed], ofItemAtPath: target.path(name))
        }
        _ = try Self.prepare(try Self.folder([:]), to: target.path("d.safetensors"))
        #expect(try Set(manager.contentsOfDirectory(atPath: target.url.path)) == ["d.safetensors", "new", "other"])
    }

    @Test func `an output that cannot be written is named`() throws {
        let target = try TemporaryDirectory()
        try Data().write(to: target.file("taken"))
        let failure = #expect(throws: Failure.self) {
            _ = try Self.prepare(try Self.folder([:]), to: target.path("taken/d.safetensors"))
        }
        #expect(failure?.code == .unavailable)
        #expect(failure?.message.contains("taken/d.safetensors") == true)
    }

    @Test func `an empty sound cannot be read, and of three hours the first ten minutes are used`() throws {
        let folder = try TemporaryDirectory()
        try Self.wave(0, to: folder.file("none.wav"))
        try Self.wave(3 * 3_600 * 8_000, to: folder.file("long.wav"))
        let none = #expect(throws: Failure.self) {
            _ = try Sound(decoding: [UInt8](try Data(contentsOf: folder.file("none.wav"))))
        }
        #expect(none?.message.contains("no samples") == true)
        let long = try Sound(decoding: [UInt8](try Data(contentsOf: folder.file("long.wav"))))
        #expect(long.samples.count == Int(Sound.longest) * 8_000)
        #expect(abs(long.duration - 10_800) < 0.01)
    }

    @Test func `sounds without samples are named rows, and sounds that are cut off are noted`() throws {
        let folder = try TemporaryDirectory()
        for name in ["high", "low"] {
            try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
            for number in 0..<20 {
                try MixedRows.wave(seconds: 0.2, rate: 8_000, pitch: (name == "low" ? 200 : 900) + number)
                    .write(to: folder.file("\(name)/\(number).wav"))
            }
        }
        try Self.wave(0, to: folder.file("low/empty.wav"))
        try Self.wave(3 * 3_600 * 8_000, to: folder.file("high/three hours.wav"))
        let report = try SampleTable(settings: DataSettings(source: folder.url.path)).report(probe: MediaProber())
        #expect(report.unreadableFiles.map(\.file) == ["low/empty.wav"])
        #expect(report.notes.contains { $0.contains("longer than 600 seconds") && $0.contains("three hours.wav") })
        let outcome = try Self.prepare(folder, to: folder.path("d.safetensors"))
        #expect(outcome.unreadableCount == 1)
        #expect(outcome.unreadable.first?.place.contains("low/empty.wav") == true)
        #expect(
            outcome.manifest.samples.training + outcome.manifest.samples.validation
                + outcome.manifest.samples.test == 41)
    }

    @Test func `a sound that ends before its header says is unreadable, and its row is named`() throws {
        let folder = try TemporaryDirectory()
        for name in ["high", "low"] {
            try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
            for number in 0..<20 {
                let tone = MixedRows.wave(seconds: 0.2, rate: 8_000, pitch: (name == "low" ? 200 : 900) + number)
                try (number == 7 && name == "low" ? tone.prefix(tone.count - 400) : tone)
                    .write(to: folder.file("\(name)/\(number).wav"))
            }
        }
        let target = try TemporaryDirectory()
        let outcome = try Self.prepare(folder, to: target.path("d.safetensors"))
        #expect(outcome.unreadableCount == 1)
        #expect(outcome.unreadable.first?.place.contains("low/7.wav") == true)
        #expect(outcome.unreadable.first?.reason == "it is truncated: of 3200 bytes of sound, 2800 are there")
        // Programs that write to a pipe leave the largest size that there is.
        var piped = [UInt8](try Data(contentsOf: folder.file("high/1.wav")))
        piped.replaceSubrange(40..<44, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(try Sound(decoding: piped).samples.count == 1_600)
    }

    @Test func `AU and W64 sounds that were cut are unreadable, unless their size is unknown`() throws {
        func bytes(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value) { [UInt8]($0) } }
        func au(_ size: UInt32) -> [UInt8] {
            let numbers: [UInt32] = [24, size, 3, 8_000, 1]
            return Array(".snd".utf8) + numbers.flatMap { bytes($0.bigEndian) } + [UInt8](repeating: 1, count: 1_600)
        }
        let tail: [UInt8] = [0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A]
        func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
            Array(name.utf8) + tail + bytes(UInt64(24 + content.count).littleEndian) + content
        }
        let form: [UInt8] =
            bytes(UInt16(1).littleEndian) + bytes(UInt16(1).littleEndian) + bytes(UInt32(8_000).littleEndian)
            + bytes(UInt32(16_000).littleEndian) + bytes(UInt16(2).littleEndian) + bytes(UInt16(16).littleEndian)
        let chunks = chunk("fmt ", form) + chunk("data", [UInt8](repeating: 1, count: 1_600))
        let riff: [UInt8] = [0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00]
        let w64 =
            Array("riff".utf8) + riff + bytes(UInt64(40 + chunks.count).littleEndian) + Array("wave".utf8) + tail
            + chunks
        for whole in [au(1_600), w64] {
            #expect(try Sound(decoding: whole).samples.count == 800)
            let failure = #expect(throws: Failure.self) { _ = try Sound(decoding: Array(whole.dropLast(400))) }
            #expect(
                failure?.message.contains("of 1600 bytes of sound, 1200 are there") == true, "\(failure?.message ?? "")"
            )
        }
        #expect(try Sound(decoding: au(.max)).samples.count == 800)
    }

    @Test(.enabled(if: commands != nil, "needs the users' data, in the folder 'own' of what $GYRUS_DATA names"))
    func `an MP3 file that was cut is unreadable`() throws {
        let folder = try #require(Self.commands)
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: folder).sorted().first { $0.hasSuffix(".mp3") })
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
        #expect(try !Sound(decoding: bytes).samples.isEmpty)
        let failure = #expect(throws: Failure.self) { _ = try Sound(decoding: Array(bytes.dropLast(bytes.count / 3))) }
        #expect(failure?.message.contains("truncated") == true, "\(failure?.message ?? "")")
    }

    private static let commands = (try? RealData.locator.folder(of: "own")).map { "\($0)/commands/right" }

    @Test(
        .enabled(if: voices != nil, "needs the users' data, in the folder 'own' of what $GYRUS_DATA names"),
        arguments: ["ogg", "flac"])
    func `compressed sounds that were cut are unreadable`(_ ending: String) throws {
        let folder = try #require(Self.voices)
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: folder).sorted().first { $0.hasSuffix(".\(ending)") })
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
        #expect(try !Sound(decoding: bytes).samples.isEmpty)
        let failure = #expect(throws: Failure.self) {
            _ = try Sound(decoding: Array(bytes.prefix(bytes.count * 2 / 3)))
        }
        #expect(failure?.message.contains("truncated") == true, "\(failure?.message ?? "")")
    }

    private static let voices = (try? RealData.locator.folder(of: "own")).map { "\($0)/voices/clips" }

    @Test func `texts in files are read in the given encoding`() throws {
        let folder = try TemporaryDirectory()
        for (index, name) in ["deutsch", "français"].enumerated() {
            try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
            for number in 0..<20 {
                let text = index == 0 ? "größer als \(number) Bären" : "l'été passé, \(number) élèves"
                try #require(text.data(using: .isoLatin1)).write(to: folder.file("\(name)/t\(number).txt"))
            }
        }
        var settings = DataSettings(source: folder.url.path)
        settings.encoding = "latin-1"
        let table = try SampleTable(settings: settings)
        let rows = try TableRows(table)
        let outcome = try DataPreparer(
            rows: rows, settings: settings, name: "t", target: table.target.target, content: try rows.digest()
        ).prepare(to: folder.path("d.safetensors"))
        #expect(outcome.unreadableCount == 0)
        #expect(outcome.manifest.target.names == ["deutsch", "français"])
    }
}
