/// The content of one column of one row.
public enum Cell: Hashable, Sendable {
    /// Nothing, or a word that means missing.
    case missing
    /// Text, including paths of files.
    case text(String)
    /// A number, whole or not.
    case number(Double)
    /// Several values: labels, or the steps of a series, each a number or a list of numbers, one for each channel.
    case list([Cell])
    /// The content of a picture or sound file inside the source (tar, Parquet).
    case bytes([UInt8])
    /// Numbers in a fixed shape (NumPy, IDX).
    case array(NumericArray)

    /// The numbers of any form of cell, with their shape; nil if there are none or if nested lists differ in length.
    /// A missing number is NaN.
    public var numbers: NumericArray? {
        switch self {
        case .number(let number): NumericArray(shape: [], values: [Float(number)])
        case .array(let array): array
        case .list(let cells): Self.stacked(cells)
        case .missing, .text, .bytes: nil
        }
    }

    /// The cell as people write it: `3` rather than `3.0`.
    public var description: String {
        switch self {
        case .missing: ""
        case .text(let text): text
        case .number(let number): NumberText.description(of: number)
        case .list(let cells): "[" + cells.map(\.description).joined(separator: ", ") + "]"
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .array(let array): "numbers of shape \(array.shape)"
        }
    }

    private static func stacked(_ cells: [Cell]) -> NumericArray? {
        var values: [Float] = []
        var inner: [Int]?
        for cell in cells {
            let part = cell == .missing ? NumericArray(shape: [], values: [.nan]) : cell.numbers
            guard let part, inner == nil || inner == part.shape else { return nil }
            inner = part.shape
            values += part.values
        }
        return NumericArray(shape: [cells.count] + (inner ?? []), values: values)
    }
}

/// Numbers with a shape; the last axis varies fastest.
public struct NumericArray: Hashable, Sendable {
    /// Length of each axis.
    public var shape: [Int]
    /// The numbers.
    public var values: [Float]
    /// Whether they are bytes from 0 to 255, as in pictures.
    public var areBytes: Bool

    /// Takes numbers.
    public init(shape: [Int], values: [Float], areBytes: Bool = false) {
        self.shape = shape
        self.values = values
        self.areBytes = areBytes
    }
}

/// The split that a sample belongs to.
public enum SamplePart: UInt8, Hashable, Sendable, Codable, CaseIterable {
    /// Networks are trained on it.
    case training
    /// Trials are compared on it.
    case validation
    /// Finalists are scored on it once.
    case test

    /// The split's display name.
    public var name: String {
        switch self {
        case .training: "training"
        case .validation: "validation"
        case .test: "test"
        }
    }

    /// The split that a word such as `train`, `dev` or `holdout` means.
    public init?(word: String) {
        switch word.lowercased() {
        case "train", "training", "trn": self = .training
        case "val", "valid", "validation", "dev", "development": self = .validation
        case "test", "testing", "tst", "holdout", "t10k", "eval", "evaluation": self = .test
        default: return nil
        }
    }

    /// The split that a file's name indicates: `train-00000-of-00002.parquet`, `my_test.csv`.
    init?(fileName: String) {
        let stem = fileName.split(separator: ".").first ?? ""
        let parts = Set(stem.split { !$0.isLetter && !$0.isNumber }.compactMap { SamplePart(word: String($0)) })
        guard parts.count == 1, let part = parts.first else { return nil }
        self = part
    }
}
