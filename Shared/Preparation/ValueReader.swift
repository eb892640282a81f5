import Foundation
import Media
public import Model
public import Tables

/// Converts cells of a user's data to raw values: reads and decodes the files that they name.
public struct ValueReader: Sendable {
    /// Returns the tokens of an input's text.
    public typealias Tokenize = @Sendable (_ input: String, _ text: String) throws -> [Int32]

    private let files: FileFinder
    private let encoding: String?
    private let tokenize: Tokenize
    private let tables: [String: TableIndex]

    /// Maximum size of one file: 1 GiB.
    public static let largestFile = 1 << 30

    /// - Parameters:
    ///   - inputs: Prepared inputs, whose tokenizers and categories it uses.
    ///   - encoding: Encoding of text files; nil for UTF-8.
    ///   - tokenize: Tokenizes an input's text, if this process may not start a program for it; nil for the tokenizers of the
    ///     inputs.
    /// - Throws: `Failure` if a tokenizer cannot be read.
    public init(
        files: FileFinder, inputs: [String: DatasetManifest.Input] = [:], encoding: String? = nil,
        tokenize: Tokenize? = nil
    ) throws {
        self.files = files
        self.encoding = encoding
        if let tokenize {
            self.tokenize = tokenize
        } else {
            let tokenizers = try Tokenizer.all(of: inputs)
            self.tokenize = { input, text in try tokenizers[input]?.tokens(of: text) ?? [] }
        }
        tables = inputs.compactMapValues { input in
            guard case .table(let table) = input.preparation else { return nil }
            return TableIndex(table, columns: input.columns)
        }
    }

    /// The raw value of a modality; nil if it is missing.
    /// - Throws: `Failure` that says why the value cannot be read.
    public func value(_ cells: [Cell], of name: String, _ input: DatasetManifest.Input) throws -> RawValue? {
        try input.preparation.kind.value(cells, of: name, self)
    }

    /// The values of a modality that the network does not know, such as unseen categories.
    public func strangers(_ cells: [Cell], of name: String) -> [String] { tables[name]?.strangers(cells) ?? [] }

    /// The numbers of a table's row; several rows can be prepared together.
    func tableRow(_ cells: [Cell], of name: String) -> [Float] { tables[name]?.row(cells) ?? [] }

    // MARK: Kinds

    func picture(_ cells: [Cell]) throws -> RawValue? {
        if case .array(let array)? = cells.first { return try Self.pixels(array) }
        guard let bytes = try bytes(cells) else { return nil }
        let picture = try Picture(decoding: bytes)
        return .pixels(picture.pixels, shape: [picture.height, picture.width, picture.channels])
    }

    func sound(_ cells: [Cell]) throws -> RawValue? {
        guard let bytes = try bytes(cells) else { return nil }
        let sound = try Sound(decoding: bytes)
        return .sound(sound.samples, rate: sound.rate)
    }

    func text(_ cells: [Cell], areFiles: Bool) throws -> String? {
        let texts = try cells.compactMap { cell -> String? in
            switch cell {
            case .missing: nil
            case .bytes(let bytes): try Self.text(bytes)
            case .text(let name) where areFiles: try TextFile.contents(of: path(of: name), encoding: encoding)
            case .text(let text): text
            case .number, .list, .array: cell.description
            }
        }
        return texts.isEmpty ? nil : texts.joined(separator: "\n").precomposedStringWithCanonicalMapping
    }

    /// The tokens of an input's text.
    func tokens(of text: String, for input: String) throws -> [Int32] { try tokenize(input, text) }

    /// The numbers of a table's row; nil if no table has that name.
    func row(_ cells: [Cell], of name: String) -> RawValue? {
        tables[name].map { .numbers($0.row(cells), shape: [$0.width]) }
    }

    func series(_ cells: [Cell], channels: Int?) throws -> RawValue? {
        guard let steps = try Self.steps(cells) else { return nil }
        if let channels, steps.channels != channels {
            throw Failure(
                .invalidArgument, "the series has \(steps.channels) channels; \(channels) are required")
        }
        return .numbers(steps.values, shape: [steps.channels, steps.length])
    }

    // MARK: Parts

    /// The content of the file that a cell names or holds.
    private func bytes(_ cells: [Cell]) throws -> [UInt8]? {
        switch cells.first {
        case .missing?, nil: return nil
        case .bytes(let bytes)?: return bytes
        case .text(let name)?: return try Self.content(of: path(of: name))
        case .number?, .list?, .array?:
            throw Failure(.invalidArgument, "expected a file, found \(cells[0].description)")
        }
    }

    private func path(of name: String) throws -> String {
        switch files.find(name) {
        case .nothing(let why): throw Failure(.notFound, why)
        case .file(let path): path
        }
    }

    private static func content(of path: String) throws -> [UInt8] {
        try RegularFile.check(path)
        guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int, size <= largestFile
        else { throw Failure(.invalidArgument, "'\(path)' is larger than \(largestFile >> 20) MiB") }
        do {
            return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw Failure(.notFound, "cannot read '\(path)': \(error.systemReason)")
        }
    }

    private static func text(_ bytes: [UInt8]) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let isUTF16 = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
            throw Failure(.corrupt, "the text is \(isUTF16 ? "UTF-16" : "not UTF-8"); convert it, or name its encoding")
        }
        return text
    }

    private static func pixels(_ array: NumericArray) throws -> RawValue {
        var (shape, values) = (array.shape, array.values)
        if shape.count == 2 { shape.append(1) }
        guard shape.count == 3, [1, 3, 4].contains(shape[2]) || [1, 3, 4].contains(shape[0]) else {
            throw Failure(.invalidArgument, "numbers of shape \(array.shape) are not a picture")
        }
        if ![1, 3, 4].contains(shape[2]) {
            let (channels, height, width) = (shape[0], shape[1], shape[2])
            values = (0..<height * width).flatMap { place in
                (0..<channels).map { values[$0 * height * width + place] }
            }
            shape = [height, width, channels]
        }
        let scale: Float = !array.areBytes && (values.max() ?? 0) <= 1 ? 255 : 1
        return .pixels(values.map { UInt8(min(max(($0 * scale).rounded(), 0), 255)) }, shape: shape)
    }

    /// Measurements by channel, from one list of steps, each a number or a list of numbers, or from one column per
    /// channel or step.
    private static func steps(_ cells: [Cell]) throws -> (values: [Float], channels: Int, length: Int)? {
        guard cells.contains(where: { $0 != .missing }) else { return nil }
        let arrays = try cells.map { cell -> NumericArray in
            if cell == .missing { return NumericArray(shape: [], values: [.nan]) }
            guard let numbers = cell.numbers else {
                throw Failure(.invalidArgument, "expected a series of numbers, found \(cell.description)")
            }
            return numbers
        }
        if arrays.count == 1, arrays[0].shape.count == 2 {
            let (length, channels) = (arrays[0].shape[0], arrays[0].shape[1])
            let values = (0..<channels).flatMap { channel in
                (0..<length).map { arrays[0].values[$0 * channels + channel] }
            }
            return (values, channels, length)
        }
        // Numbers in columns are the steps of one channel; lists in columns are channels.
        if arrays.allSatisfy({ $0.shape.isEmpty }) { return (arrays.map { $0.values[0] }, 1, arrays.count) }
        let length = arrays.map { $0.values.count }.max() ?? 0
        guard arrays.allSatisfy({ $0.shape.count == 1 && $0.values.count == length }) else {
            throw Failure(.invalidArgument, "the channels of the series have different lengths")
        }
        return (arrays.flatMap(\.values), arrays.count, length)
    }
}
