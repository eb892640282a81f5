import Foundation
public import Model
public import Tables

/// Finds what a network's answer is based on: removes parts of a sample and measures how far the answer drops (Zeiler
/// and Fergus 2014).
public struct Occlusion {
    private let package: NetworkPackage
    private let values: [String: RawValue]
    private let explained: Int
    private let whole: Float

    /// Number of samples that go through the network together.
    private static let batch = 32
    /// Number of pieces to examine, from the beginning of a text.
    private static let mostWords = 256
    /// Number of cells around a cell that are covered with it, so that an object larger than a cell is covered whole.
    private static let margin = 1

    /// A value without a part.
    typealias Covered = (name: String, value: RawValue)

    /// A value whose parts are removed.
    struct Occluded {
        let name: String
        let input: DatasetManifest.Input
        let value: RawValue
        let cells: [Cell]
        /// Number of pieces into which a sound or a long series is cut.
        let pieces: Int
        let reader: ValueReader

        var columns: [String] { input.columns }
    }

    /// - Parameters:
    ///   - values: The sample.
    ///   - explained: Index of the output to explain.
    ///   - whole: Value of this output for the whole sample.
    public init(_ package: NetworkPackage, values: [String: RawValue], explained: Int, whole: Float) {
        self.package = package
        self.values = values
        self.explained = explained
        self.whole = whole
    }

    /// The weight of each modality: how much the answer drops without it.
    public func modalities() throws -> [PackageExplanation.Part] {
        let names = values.keys.sorted()
        let samples = names.map { name in values.filter { $0.key != name } }
        return zip(names, try weights(of: samples)).map { .init(modality: $0, name: $0, weight: $1) }
    }

    /// The weight of each part of a modality other than a picture.
    /// - Parameters:
    ///   - pieces: Number of pieces into which a sound or a long series is cut.
    ///   - cells: The cells of the modality's columns.
    public func parts(
        of name: String, pieces: Int, cells: [Cell], _ reader: ValueReader
    ) throws -> [PackageExplanation.Part] {
        guard let value = values[name], let input = package.manifest.inputs[name] else { return [] }
        let covered = try input.preparation.kind.covered(
            Occluded(name: name, input: input, value: value, cells: cells, pieces: pieces, reader: reader))
        let weights = try weights(of: covered.map { replaced(name, $0.value) })
        return zip(covered, weights).map { .init(modality: name, name: $0.name, weight: $1) }
    }

    /// The weight of each region of a picture.
    /// - Parameter cells: Number of cells along its longer side.
    /// - Returns: Nil if the modality is not a picture, or is missing.
    public func map(of name: String, cells: Int) throws -> PackageExplanation.Map? {
        guard case .picture(let picture)? = package.manifest.inputs[name]?.preparation,
            case .pixels(let pixels, let shape)? = values[name]
        else { return nil }
        let longest = max(shape[0], shape[1])
        let rows = max(1, min(shape[0], cells * shape[0] / longest))
        let columns = max(1, min(shape[1], cells * shape[1] / longest))
        var samples: [[String: RawValue]] = []
        var drops: [Double] = []
        for row in 0..<rows {
            for column in 0..<columns {
                let top = max(0, row - Self.margin) * shape[0] / rows
                let bottom = min(rows, row + 1 + Self.margin) * shape[0] / rows
                let left = max(0, column - Self.margin) * shape[1] / columns
                let right = min(columns, column + 1 + Self.margin) * shape[1] / columns
                let covered = Self.covered(pixels, shape, top..<bottom, left..<right, picture.means)
                samples.append(replaced(name, .pixels(covered, shape: shape)))
                if samples.count == Self.batch {
                    drops += try weights(of: samples)
                    samples.removeAll(keepingCapacity: true)
                }
            }
        }
        drops += try weights(of: samples)
        // A cell's weight is the mean weight of the windows that cover it.
        let weights = (0..<rows).map { row in
            (0..<columns).map { column -> Double in
                var (sum, count) = (0.0, 0.0)
                for near in max(0, row - Self.margin)...min(rows - 1, row + Self.margin) {
                    for beside in max(0, column - Self.margin)...min(columns - 1, column + Self.margin) {
                        sum += drops[near * columns + beside]
                        count += 1
                    }
                }
                return sum / count
            }
        }
        return .init(modality: name, weights: weights)
    }

    // MARK: Running the network

    private func replaced(_ name: String, _ value: RawValue) -> [String: RawValue] {
        values.merging([name: value]) { _, new in new }
    }

    private func weights(of samples: [[String: RawValue]]) throws -> [Double] {
        try stride(from: 0, to: samples.count, by: Self.batch).flatMap { start in
            try package.answers(Array(samples[start..<min(start + Self.batch, samples.count)])).map {
                Double(whole) - Double($0[explained])
            }
        }
    }

    // MARK: Removing parts

    static func columns(_ table: TablePreparation, _ row: [Float], _ shape: [Int]) -> [Covered] {
        let names = table.numbers.map(\.name) + table.categories.map(\.name)
        return names.indices.map { place in
            var row = row
            row[place] = place < table.numbers.count ? .nan : 0
            return (names[place], .numbers(row, shape: shape))
        }
    }

    /// The text with each of its words removed in turn.
    static func words(_ text: String?, _ occluded: Occluded) throws -> [Covered] {
        let pieces = TextPieces(text ?? "")
        return try pieces.ranges.prefix(mostWords).compactMap { piece in
            let rest = [UInt8](pieces.without(piece).utf8)
            guard let value = try occluded.reader.value([.bytes(rest)], of: occluded.name, occluded.input) else {
                return nil
            }
            return (String(pieces.text[piece]), value)
        }
    }

    static func seconds(_ samples: [Float], _ rate: Int, _ pieces: Int) -> [Covered] {
        let count = max(1, min(pieces, samples.count))
        return (0..<count).map { piece in
            let range = samples.count * piece / count..<samples.count * (piece + 1) / count
            var covered = samples
            for place in range { covered[place] = 0 }
            let (start, end) = (Double(range.lowerBound) / Double(rate), Double(range.upperBound) / Double(rate))
            return (String(format: "%.2f–%.2f s", start, end), .sound(covered, rate: rate))
        }
    }

    /// Pieces of each channel; a missing step counts as the mean of its channel.
    static func steps(_ steps: [Float], _ shape: [Int], _ pieces: Int, _ columns: [String]) -> [Covered] {
        guard shape.count == 2 else { return [] }
        let (channels, length) = (shape[0], shape[1])
        let count = max(1, min(pieces, length))
        return (0..<channels).flatMap { channel in
            (0..<count).map { piece in
                let range = length * piece / count..<length * (piece + 1) / count
                var covered = steps
                for place in range { covered[channel * length + place] = .nan }
                let channelName =
                    channels == 1 ? "" : "\(columns.count == channels ? columns[channel] : "channel \(channel + 1)"), "
                let named =
                    range.count == 1 ? "step \(range.upperBound)" : "steps \(range.lowerBound + 1)–\(range.upperBound)"
                return (channelName + named, .numbers(covered, shape: shape))
            }
        }
    }

    /// The picture with a window filled with the mean color of the training pictures.
    private static func covered(
        _ pixels: [UInt8], _ shape: [Int], _ rows: Range<Int>, _ columns: Range<Int>, _ means: [Float]
    ) -> [UInt8] {
        var covered = pixels
        let channels = shape[2]
        let gray = means.reduce(0, +) / Float(max(1, means.count))
        let color = (0..<channels).map { channel -> UInt8 in
            if channel == 3 { return 255 }
            let mean = channels >= 3 && means.count == 3 ? means[channel] : gray
            return UInt8(min(max(mean.rounded(), 0), 255))
        }
        for row in rows {
            for column in columns {
                for channel in 0..<channels { covered[(row * shape[1] + column) * channels + channel] = color[channel] }
            }
        }
        return covered
    }
}
