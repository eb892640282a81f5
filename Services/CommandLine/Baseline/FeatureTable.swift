import Foundation
import Model
import Safetensors

/// A prepared dataset as rows of numbers for simple models: numbers as they are, a column for each value of a category, TF-IDF
/// of tokens, and a column for each pixel or step.
struct FeatureTable {
    /// The features and targets of the samples of one split.
    struct Split {
        var rows = SparseRows()
        /// Class numbers; empty if the target is labels or numbers.
        var classes: [Int32] = []
        /// Labels (0 or 1) or standardized numbers, `[samples * outputs]`; empty if the target is classes.
        var numbers: [Float] = []
        /// The group of each sample; nil if samples are not grouped.
        var groups: [Int32]?
    }

    /// Maximum number of values in all rows of a split, 8 bytes each; training samples beyond it are left out.
    static let mostValues = 40_000_000

    let manifest: DatasetManifest
    let training, validation, test: Split
    /// Number of columns in each row.
    let columns: Int

    /// Reads a prepared file.
    /// - Throws: `Failure` naming the file and what is wrong with it.
    init(opening path: String) throws {
        let file = try SafetensorsFile(opening: path)
        guard let json = file.metadata["manifest"] else {
            throw Failure(.invalidArgument, "'\(path)' is not a prepared user dataset: its metadata has no manifest.")
        }
        let manifest = try DatasetManifest(json: json)
        var columns = 0
        let inputs = manifest.inputs.sorted { $0.key < $1.key }.map { name, input in
            defer { columns += Self.width(of: input.signature) }
            return ColumnRange(name: name, input: input, start: columns)
        }
        self.manifest = manifest
        self.columns = columns
        var splits = try ["training", "validation", "test"].map { try Self.split($0, inputs, manifest.target, file) }
        for input in inputs { Self.fit(&splits, to: input) }
        (training, validation, test) = (splits[0], splits[1], splits[2])
    }

    /// A modality and its columns.
    private struct ColumnRange {
        let name: String
        let signature: InputSignature
        let start: Int

        init(name: String, input: DatasetManifest.Input, start: Int) {
            self.name = name
            signature = input.signature
            self.start = start
        }

        var range: Range<Int> { start..<start + FeatureTable.width(of: signature) }
    }

    private static func width(of signature: InputSignature) -> Int {
        if let vocabulary = signature.vocabulary { return vocabulary }
        let categories = signature.categories ?? []
        return signature.shape.reduce(1, *) - categories.count + categories.reduce(0, +)
    }

    private static func split(
        _ name: String, _ inputs: [ColumnRange], _ target: Target, _ file: SafetensorsFile
    ) throws -> Split {
        var split = Split()
        let names = Set(file.entries.map(\.name))
        if names.contains("\(name).labels") { split.classes = try file.elements(of: "\(name).labels") }
        if names.contains("\(name).targets") { split.numbers = try file.elements(of: "\(name).targets") }
        if names.contains("\(name).groups") { split.groups = try file.elements(of: "\(name).groups") }
        let count = target.kind == .classification ? split.classes.count : split.numbers.count / max(1, target.outputs)
        let stored = try inputs.map { try StoredRows($0.name, of: name, $0.signature, file) }
        for sample in 0..<count {
            guard split.rows.values.count < mostValues else {
                guard name == "training" else {
                    throw Failure(
                        .invalidArgument,
                        "The \(name) split has more than \(mostValues) values, too many for simple models.")
                }
                split.keep(sample, outputs: target.outputs)
                break
            }
            for (input, rows) in zip(inputs, stored) { append(try rows.row(of: sample), of: input, to: &split.rows) }
            split.rows.endRow()
        }
        return split
    }

    private static func append(_ row: [Float], of input: ColumnRange, to rows: inout SparseRows) {
        guard input.signature.vocabulary == nil else {
            var counts: [Int: Float] = [:]
            for token in row where token > 0 { counts[Int(token), default: 0] += 1 }
            for (column, count) in counts.sorted(by: { $0.key < $1.key }) {
                rows.add(1 + log(count), column: input.start + column)
            }
            return
        }
        // Categories come after the numbers.
        let categories = input.signature.categories ?? []
        let numbers = row.count - categories.count
        for (column, number) in row.prefix(numbers).enumerated() { rows.add(number, column: input.start + column) }
        var start = input.start + numbers
        for (count, number) in zip(categories, row.suffix(categories.count)) {
            rows.add(1, column: start + min(max(0, Int(number)), count - 1))
            start += count
        }
    }

    /// Weights tokens by their rarity in the training samples (TF-IDF, like scikit-learn's `TfidfVectorizer`).
    private static func fit(_ splits: inout [Split], to input: ColumnRange) {
        guard input.signature.vocabulary != nil else { return }
        let rows = splits[0].rows
        var documents = [Float](repeating: 0, count: input.range.upperBound)
        for column in rows.indices where input.range.contains(Int(column)) { documents[Int(column)] += 1 }
        let factors = documents.map { log((1 + Float(rows.count)) / (1 + $0)) + 1 }
        for place in splits.indices { splits[place].rows.weigh(input.range, by: factors) }
    }
}

extension FeatureTable.Split {
    /// Keeps only the first samples.
    fileprivate mutating func keep(_ count: Int, outputs: Int) {
        classes = Array(classes.prefix(count))
        numbers = Array(numbers.prefix(count * outputs))
        groups = groups.map { Array($0.prefix(count)) }
    }
}

/// The memory-mapped rows of one modality of a split.
private struct StoredRows {
    private let file: SafetensorsFile
    private let entry: TensorEntry?
    private let indices: [Int32]
    private let width: Int

    init(_ modality: String, of split: String, _ signature: InputSignature, _ file: SafetensorsFile) throws {
        self.file = file
        let key = "\(split).\(modality)"
        entry = file.entries.first { $0.name == "\(key).rows" }
        indices = entry == nil ? [] : try file.elements(of: "\(key).indices")
        width = signature.shape.reduce(1, *)
    }

    /// The numbers of a sample; bytes are centered around 0.
    func row(of sample: Int) throws -> [Float] {
        guard let entry else { throw Failure(.corrupt, "'\(file.path)' has samples without rows.") }
        let place = Int(indices[sample]) * width
        return try file.withBytes(of: entry.name) { bytes in
            switch entry.type {
            case .uint8: (place..<place + width).map { (Float(bytes[$0]) - 128) / 64 }
            case .int32:
                (place..<place + width).map {
                    Float(bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self))
                }
            case .float32:
                (place..<place + width).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
            default: throw Failure(.corrupt, "'\(file.path)' has rows of the unknown type \(entry.type).")
            }
        }
    }
}
