import Model

/// A value for each split.
struct PerSplit<Value> {
    var training: Value
    var validation: Value
    var test: Value

    subscript(split: PreparedDataset.Split) -> Value {
        get {
            switch split {
            case .training: training
            case .validation: validation
            case .test: test
            }
        }
        set {
            switch split {
            case .training: training = newValue
            case .validation: validation = newValue
            case .test: test = newValue
            }
        }
    }

    func map<Result>(_ transform: (Value) throws -> Result) rethrows -> PerSplit<Result> {
        try PerSplit<Result>(
            training: transform(training), validation: transform(validation), test: transform(test))
    }
}

extension PerSplit: Sendable where Value: Sendable {}

/// One modality of raw data, from which rows can be made.
protocol ModalitySource {
    /// Shape of one row.
    var shape: [Int] { get }
    /// The class numbers of all possible rows, split by split.
    var candidates: PerSplit<[Int]> { get }
    /// Makes the rows of the chosen candidates.
    func render(_ chosen: PerSplit<[Int]>) throws -> RenderedModality
}

/// Rows of bytes, ready to be stored.
struct RenderedModality {
    /// One row after another.
    let rows: PerSplit<[UInt8]>
    /// Notes about how they were made.
    let notes: [String: String]
    /// How new samples are converted to such rows; mean and deviation of the bytes are computed later.
    let preparation: Preparation
}
