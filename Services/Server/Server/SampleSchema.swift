import Foundation
import Media
import Model
import Tables

/// The columns of a network's samples, and the conversion of client values to what the network's process reads.
struct SampleSchema: Sendable {
    /// A column of the training data, by its name there.
    struct Column: Sendable {
        let name: String
        let content: Preparation.Content
    }

    /// The target of the network.
    let target: Target
    /// The columns in order, each once.
    let columns: [Column]
    private let inputs: [(name: String, columns: [Column])]
    private let tokenizers: [String: Tokenizer]

    /// Takes the inputs of a manifest.
    /// - Throws: `Failure` if a tokenizer cannot be read.
    init(_ manifest: DatasetManifest) throws {
        target = manifest.target
        inputs = manifest.inputs.sorted { $0.key < $1.key }.map { name, input in
            let columns = input.columns
            return (name, columns.map { Column(name: $0, content: input.preparation.content(of: $0, among: columns)) })
        }
        var seen: Set<String> = []
        columns = inputs.flatMap(\.columns).filter { seen.insert($0.name).inserted }
        tokenizers = try Tokenizer.all(of: manifest.inputs)
    }

    /// The only column that takes a file; nil if there are several or none.
    var file: Column? {
        guard columns.count == 1, let column = columns.first else { return nil }
        if case .text = column.content { return column }
        return column.content.isFile ? column : nil
    }

    /// The cells of each input for a row.
    /// - Throws: `Failure` that names what is missing or wrong.
    func cells(of row: [String: Cell]) throws -> [[Cell]] {
        if let missing = columns.first(where: { row[$0.name] == nil }) {
            throw Failure(
                .invalidArgument,
                "the input '\(missing.name)' is missing; the row has \(row.keys.sorted().joined(separator: ", "))."
                    + NearestName.question(missing.name, among: row.keys.sorted())
                    + " Use null for an unknown value.")
        }
        return try inputs.map { name, columns in
            let cells = try columns.map { try Self.cell(row[$0.name] ?? .missing, $0) }
            guard let tokenizer = tokenizers[name] else { return cells }
            return [try Self.tokens(cells, tokenizer)]
        }
    }

    private static func cell(_ cell: Cell, _ column: Column) throws -> Cell {
        func refuse(_ needed: String) -> Failure {
            Failure(
                .invalidArgument, "'\(column.name)' must be \(needed), not \(String(cell.description.prefix(60)))")
        }
        switch (column.content, cell) {
        case (_, .missing): return .missing
        case (.picture, .bytes), (.sound, .bytes), (.picture, .array): return cell
        case (.picture, .text(let text)), (.sound, .text(let text)):
            // Never a path: the server does not read files that clients name.
            let base = text.hasPrefix("data:") ? text.split(separator: ",", maxSplits: 1).last.map(String.init) : text
            guard let data = base.flatMap({ Data(base64Encoded: $0) }) else {
                throw Failure(
                    .invalidArgument,
                    "'\(column.name)' is a file; send its bytes in base64, or as a part of multipart/form-data")
            }
            return .bytes([UInt8](data))
        case (.picture, .list):
            guard let pixels = cell.numbers else { throw refuse("a picture") }
            return .array(pixels)
        case (.text, .bytes(let bytes)):
            guard let text = String(validating: bytes, as: UTF8.self) else { throw refuse("text in UTF-8") }
            return .text(text)
        case (.text, _): return JSONRows.text(cell)
        case (.category, .bytes(let bytes)): return .text(String(decoding: bytes, as: UTF8.self))
        case (.category, _): return JSONRows.text(cell)
        case (.number, .number): return cell
        case (.number, .text(let text)):
            guard let number = Double(text) else { throw refuse("a number") }
            return .number(number)
        case (.numbers, .list), (.numbers, .array): return cell
        case (.number, _): throw refuse("a number")
        case (.numbers, _): throw refuse("a list of numbers")
        case (.picture, _): throw refuse("a picture")
        case (.sound, _): throw refuse("a sound")
        }
    }

    private static func tokens(_ cells: [Cell], _ tokenizer: Tokenizer) throws -> Cell {
        let texts = cells.filter { $0 != .missing }.map(\.description)
        guard !texts.isEmpty else { return .missing }
        let tokens = try tokenizer.tokens(of: texts.joined(separator: "\n").precomposedStringWithCanonicalMapping)
        return .array(NumericArray(shape: [tokens.count], values: tokens.map(Float.init)))
    }
}

extension Preparation.Content {
    var isFile: Bool {
        switch self {
        case .picture, .sound: true
        case .text, .number, .category, .numbers: false
        }
    }

    /// Whether JSON represents it as a number or a list of numbers, also in a form.
    var isNumeric: Bool { type == .fp32 }

    /// Data type of its tensor.
    var type: TensorType {
        switch self {
        case .picture, .sound, .text, .category: .bytes
        case .number, .numbers: .fp32
        }
    }

    /// Shape of its tensor; the first axis counts the samples, and -1 stands for any length.
    var shape: [Int] {
        if case .numbers(let channels) = self { return channels == 1 ? [-1, -1] : [-1, -1, channels] }
        return [-1]
    }

    /// Content type of its bytes.
    var word: String? {
        switch self {
        case .picture: "picture"
        case .sound: "sound"
        case .text: "text"
        case .category: "category"
        case .number, .numbers: nil
        }
    }
}
