public import Foundation
import Model

/// Synthetic data with every kind of modality.
public enum MixedRows {
    /// Rows with a picture, a sound, a text, numbers with gaps and a category; some lack the sound or the picture.
    public static func write(to folder: TemporaryDirectory, rows: Int = 40) throws {
        var lines = ["photo,voice,note,age,weight,city,kind"]
        for row in 0..<rows {
            var generator = SplitMix64(seed: UInt64(row))
            let (height, width) = (18 + row % 5, 20 + row % 7)
            let pixels = (0..<height * width * 3).map { _ in UInt8(generator.index(below: 256)) }
            let picture = Array("P6 \(width) \(height) 255\n".utf8) + pixels
            try Data(picture).write(to: folder.file("p\(row).ppm"))
            try wave(
                seconds: 0.2 + 0.01 * Double(row % 9), rate: row.isMultiple(of: 2) ? 22_050 : 8_000,
                pitch: 200 + 10 * row
            )
            .write(to: folder.file("s\(row).wav"))
            let voice = row % 10 == 3 ? "" : "s\(row).wav"
            let photo = row % 13 == 5 ? "" : "p\(row).ppm"
            let weight = row % 4 == 0 ? "" : "\(50.5 + Double(row))"
            let note = "\"the \(row % 3 == 0 ? "red, quick" : "blue") fox number \(row) jumped over seven lazy dogs\""
            lines.append(
                "\(photo),\(voice),\(note),\(20 + row * 7 % 31),\(weight),\(["Rome", "Oslo", "Paris"][row % 3]),"
                    + "\(row.isMultiple(of: 2) ? "even" : "odd")")
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: folder.file("rows.csv"))
    }

    /// A tone as a 16-bit WAV file.
    public static func wave(seconds: Double, rate: Int, pitch: Int) -> Data {
        let samples = (0..<Int(seconds * Double(rate))).map { place in
            Int16(12_000 * sin(2 * Double.pi * Double(pitch * place) / Double(rate)))
        }
        var data = Data()
        func add(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
        }
        data.append(contentsOf: "RIFF".utf8)
        add(UInt32(36 + 2 * samples.count))
        data.append(contentsOf: "WAVEfmt ".utf8)
        add(UInt32(16))
        for value in [UInt16(1), 1] { add(value) }
        for value in [UInt32(rate), UInt32(2 * rate)] { add(value) }
        for value in [UInt16(2), 16] { add(value) }
        data.append(contentsOf: "data".utf8)
        add(UInt32(2 * samples.count))
        for sample in samples { add(sample) }
        return data
    }
}
