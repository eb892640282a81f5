public import Model
public import Tables

/// New samples in the form of a model's data: with its modalities, and with its classes before new ones.
public struct ContinuedRows: SampleRows {
    /// The target: the known classes or labels, then those that only the new samples have. Numbers keep their scale.
    public let target: Target
    /// The modalities that the model's data has.
    public let modalities: [RawModality]
    /// Finds the files that cells name.
    public var files: FileFinder { rows.files }
    /// Number of samples in each split.
    public var counts: DatasetRecipe.Counts { rows.counts }

    private let rows: any SampleRows
    /// The index of each modality among those of the rows.
    private let places: [Int]
    /// The number in `target` of each class or label of the rows.
    private let numbers: [Int]

    /// - Parameter target: The target of the rows.
    /// - Throws: `Failure` with code `invalid-argument` that names what the rows lack.
    public init(_ rows: any SampleRows, target: Target, of known: DatasetManifest) throws {
        guard target.kind == known.target.kind else {
            throw Failure(
                .invalidArgument,
                "The new data has a target of kind '\(target.kind.rawValue)', but the model learned one of kind "
                    + "'\(known.target.kind.rawValue)'. Name the target and its kind in a scenario file: 'data: {source: …, "
                    + "target: {column: …, kind: \(known.target.kind.rawValue)}}'.")
        }
        var names = known.target.names
        let strangers = target.names.filter { !names.contains($0) }
        if target.kind == .regression, !strangers.isEmpty || target.names.count != names.count {
            throw Failure(
                .invalidArgument,
                "The new data has the target \(target.names.joined(separator: ", ")), but the model answers "
                    + "\(names.joined(separator: ", ")). Name these columns in a scenario file: 'data: {source: …, target: "
                    + "{columns: [\(names.joined(separator: ", "))]}}'.")
        }
        names += strangers
        self.target = known.target.named(names)
        let numbers = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        self.numbers = target.names.map { numbers[$0, default: 0] }
        (places, modalities) = try Self.modalities(of: rows, known)
        self.rows = rows
    }

    private static func modalities(
        of rows: any SampleRows, _ known: DatasetManifest
    ) throws -> ([Int], [RawModality]) {
        var (places, found): ([Int], [RawModality]) = ([], [])
        for (name, input) in known.inputs.sorted(by: { $0.key < $1.key }) where input.frozen == nil {
            guard let place = rows.modalities.firstIndex(where: { $0.name == name }) else {
                throw Failure(
                    .invalidArgument,
                    "The new data has no modality '\(name)', which the model reads; it has "
                        + "\(rows.modalities.map(\.name).joined(separator: ", ")).")
            }
            let (columns, wanted) = (rows.modalities[place].columns.map(\.name), input.columns)
            guard columns == wanted else {
                throw Failure(
                    .invalidArgument,
                    "The new data's '\(name)' has the columns \(columns.joined(separator: ", ")), but the model reads "
                        + "\(wanted.joined(separator: ", ")).")
            }
            places.append(place)
            found.append(rows.modalities[place])
        }
        return (places, found)
    }

    /// Passes all samples in order.
    public func forEachSample(_ body: (RawSample) throws -> Void) throws {
        try rows.forEachSample { sample in
            var sample = sample
            sample.cells = places.map { sample.cells[$0] }
            sample.answer = sample.answer.map { answer in
                switch answer {
                case .class(let number): .class(numbers[number])
                case .labels(let labels): .labels(labels.map { numbers[$0] }.sorted())
                case .numbers(let values):
                    .numbers(values.indices.map { place in values[numbers.firstIndex(of: place) ?? place] })
                }
            }
            try body(sample)
        }
    }
}

extension Target {
    fileprivate func named(_ names: [String]) -> Target {
        var target = self
        target.names = names
        return target
    }
}

extension DataSettings {
    /// Takes the target and modalities from a model's data unless they are set.
    public mutating func continueReading(_ known: DatasetManifest) {
        if target == nil { target = known.settings.target }
        guard modalities == nil else { return }
        modalities = known.inputs.filter { $0.value.frozen == nil }.mapValues {
            Modality(columns: $0.columns, kind: $0.signature.kind)
        }
    }
}
