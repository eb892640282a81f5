import Answers
import Foundation
import Media
import Model
import Tables

/// Makes the preview of a dataset from samples that are spread evenly over it.
struct PreviewMaker {
    private let modalities: [RawModality]
    private let manifest: DatasetManifest
    private let reader: ValueReader
    private let module: PreparationModule
    private let step: Int
    private var samples: [RawSample] = []

    /// Maximum seconds, and samples per second, of a sound.
    private static let (longestSound, mostRate) = (3, 16_000)
    /// Maximum number of characters of a text, columns of a row, and points of a curve.
    private static let (longestText, mostColumns, mostPoints) = (500, 12, 200)

    init(_ manifest: DatasetManifest, modalities: [RawModality], reader: ValueReader, count: Int) throws {
        self.modalities = modalities
        self.manifest = manifest
        self.reader = reader
        module = try PreparationModule(PreparationScript(manifest))
        step = max(1, count / DataPreview.samples)
    }

    /// Keeps a sample if it is one of those to show.
    /// - Parameter place: Number of samples before it.
    mutating func look(at sample: RawSample, place: Int) {
        if place.isMultiple(of: step), samples.count < DataPreview.samples { samples.append(sample) }
    }

    /// The preview; unreadable samples are left out.
    func preview() -> DataPreview {
        DataPreview(
            samples: samples.compactMap { sample in
                var values: [String: DataPreview.Value] = [:]
                for (modality, cells) in zip(modalities, sample.cells) {
                    guard let input = manifest.inputs[modality.name] else { continue }
                    guard let value = try? value(cells, of: modality, input) else { return nil }
                    values[modality.name] = value
                }
                return DataPreview.Sample(
                    place: sample.place, part: sample.part.name, answer: sample.answer.map(text) ?? "", values: values)
            })
    }

    private func text(_ answer: SampleAnswer) -> String {
        switch answer {
        case .class(let number): manifest.target.names[number]
        case .labels(let labels): labels.map { manifest.target.names[$0] }.joined(separator: ", ")
        case .numbers(let numbers): numbers.map { Cell.number($0).description }.joined(separator: ", ")
        }
    }

    private func value(
        _ cells: [Cell], of modality: RawModality, _ input: DatasetManifest.Input
    ) throws -> DataPreview.Value {
        switch input.preparation {
        case .picture:
            guard let value = try reader.picture(cells) else { return .missing }
            let shape = input.signature.shape
            let row = input.stored(
                try module.run("prepare_\(modality.name)", value, count: shape.reduce(1, *)))
            let plane = shape[1] * shape[2]
            let pixels = (0..<plane).flatMap { place in (0..<shape[0]).map { row[$0 * plane + place] } }
            let picture = Picture(pixels: pixels, height: shape[1], width: shape[2], channels: shape[0])
            return .picture(Data(try picture.png()))
        case .sound:
            guard case .sound(let samples, let rate)? = try reader.sound(cells) else { return .missing }
            return .sound(Self.wave(samples, rate: rate))
        case .text(let text):
            guard let found = try reader.text(cells, areFiles: text.areFiles) else { return .missing }
            return .text(String(found.prefix(Self.longestText)))
        case .table:
            let shown = zip(modality.columns, cells).prefix(Self.mostColumns)
            return .text(shown.map { "\($0.name) \($1 == .missing ? "–" : $1.description)" }.joined(separator: ", "))
        default:
            guard case .numbers(let values, let shape)? = try reader.value(cells, of: modality.name, input) else {
                return .missing
            }
            let step = max(1, (shape[1] + Self.mostPoints - 1) / Self.mostPoints)
            return .curve(stride(from: 0, to: shape[1], by: step).map { values[$0] }.filter(\.isFinite))
        }
    }

    /// The start of a sound as a WAV file of 16 bits; high rates are reduced by whole factors.
    private static func wave(_ samples: [Float], rate: Int) -> Data {
        let factor = max(1, (rate + mostRate - 1) / mostRate)
        let kept = samples.prefix(longestSound * rate)
        let levels = stride(from: kept.startIndex, to: kept.endIndex, by: factor).map { start in
            let part = kept[start..<min(start + factor, kept.endIndex)]
            let mean = part.reduce(0, +) / Float(part.count)
            return mean.isFinite ? Int16(max(-1, min(1, mean)) * 32_767) : 0
        }
        var data = Data("RIFF".utf8)
        func add(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
        }
        add(UInt32(36 + 2 * levels.count))
        data.append(contentsOf: "WAVEfmt ".utf8)
        add(UInt32(16))
        for value in [UInt16(1), 1] { add(value) }
        for value in [UInt32(rate / factor), UInt32(2 * (rate / factor))] { add(value) }
        for value in [UInt16(2), 16] { add(value) }
        data.append(contentsOf: "data".utf8)
        add(UInt32(2 * levels.count))
        for level in levels { add(level) }
        return data
    }
}
