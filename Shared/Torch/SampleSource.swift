import Model

/// The samples of one split of a prepared dataset, left where they lie in mapped memory.
///
/// A sample is one row of each modality and a label. Several samples may name the same row, so that a hundred pairings
/// of an image with different clips cost one image.
public struct SampleSource: Sendable {
    /// How the elements of a row are stored.
    public enum ElementType: String, Sendable, Hashable, Codable {
        /// Bytes from 0 to 255.
        case uint8
        /// IEEE half precision.
        case float16
        /// IEEE single precision.
        case float32

        /// Bytes of one element.
        public var byteCount: Int {
            switch self {
            case .uint8: 1
            case .float16: 2
            case .float32: 4
            }
        }
    }

    /// The rows of one modality and which of them each sample uses.
    public struct Modality: @unchecked Sendable {
        // Unchecked: the memory behind `rows` is only read, and `SampleSource.owner` keeps it mapped.

        /// Name of the network's input that it feeds, such as `image`.
        public let name: String
        /// Shape of one row, such as `[1, 112, 112]`.
        public let shape: [Int]
        /// How elements are stored.
        public let elementType: ElementType
        /// The value of an element is `stored × scale + offset`.
        public let scale: Float
        /// See `scale`.
        public let offset: Float
        /// All rows, one after another.
        public let rows: UnsafeRawBufferPointer
        /// The row of each sample.
        public let indices: [Int32]

        /// Makes a modality; `SampleSource.init` checks it.
        public init(
            name: String, shape: [Int], elementType: ElementType, scale: Float = 1, offset: Float = 0,
            rows: UnsafeRawBufferPointer, indices: [Int32]
        ) {
            self.name = name
            self.shape = shape
            self.elementType = elementType
            self.scale = scale
            self.offset = offset
            self.rows = rows
            self.indices = indices
        }

        /// Elements of one row.
        public var elementCount: Int { shape.reduce(1, *) }
        /// Rows that the memory holds.
        public var rowCount: Int { rows.count / max(1, elementCount * elementType.byteCount) }
    }

    /// Number of classes; labels are below it.
    public let classes: Int
    /// The modalities, by name.
    public let modalities: [Modality]
    /// The label of each sample.
    public let labels: [Int32]
    /// Keeps the memory of the rows alive.
    public let owner: (any Sendable)?

    /// Checks and takes samples.
    /// - Parameter owner: whatever must live as long as the rows, such as the mapped file.
    /// - Throws: `Failure` with code `corrupt` where an index, a label or a size does not fit.
    public init(classes: Int, modalities: [Modality], labels: [Int32], owner: (any Sendable)? = nil) throws {
        self.classes = classes
        self.modalities = modalities.sorted { $0.name < $1.name }
        self.labels = labels
        self.owner = owner
        for modality in modalities { try Self.check(modality, samples: labels.count) }
        if let label = labels.first(where: { $0 < 0 || $0 >= classes }) {
            throw Failure(.corrupt, "The samples have a label \(label), but only \(classes) classes.")
        }
    }

    /// Number of samples.
    public var count: Int { labels.count }

    /// The modality of a name.
    public func modality(_ name: String) -> Modality? { modalities.first { $0.name == name } }

    /// These samples only, in the order given; the rows are shared.
    public func selecting(_ samples: some Sequence<Int>) -> SampleSource {
        let chosen = Array(samples)
        return SampleSource(
            checkedClasses: classes,
            modalities: modalities.map { modality in
                Modality(
                    name: modality.name, shape: modality.shape, elementType: modality.elementType,
                    scale: modality.scale, offset: modality.offset, rows: modality.rows,
                    indices: chosen.map { modality.indices[$0] })
            },
            labels: chosen.map { labels[$0] }, owner: owner)
    }

    /// So many samples, chosen by a seed; 0 means all.
    public func chosen(_ count: Int, seed: UInt64) -> SampleSource {
        count > 0 && count < self.count ? selecting(chosenPlaces(count, seed: seed)) : self
    }

    /// Places of so many samples, chosen by a seed; 0 means all.
    func chosenPlaces(_ count: Int, seed: UInt64) -> [Int] {
        guard count > 0, count < self.count else { return Array(labels.indices) }
        return SampleOrder.shuffled(self.count, seed: seed, epoch: -1).prefix(count).map(Int.init).sorted()
    }

    /// The first samples; 0 means all.
    public func first(_ count: Int) -> SampleSource {
        count > 0 && count < self.count ? selecting(0..<count) : self
    }

    private init(checkedClasses: Int, modalities: [Modality], labels: [Int32], owner: (any Sendable)?) {
        self.classes = checkedClasses
        self.modalities = modalities
        self.labels = labels
        self.owner = owner
    }

    private static func check(_ modality: Modality, samples: Int) throws {
        let rowBytes = modality.elementCount * modality.elementType.byteCount
        guard modality.shape.allSatisfy({ $0 > 0 }), rowBytes > 0, modality.rows.count.isMultiple(of: rowBytes) else {
            throw Failure(
                .corrupt,
                "Modality '\(modality.name)' has \(modality.rows.count) bytes, which are no whole rows of shape "
                    + "\(modality.shape) in \(modality.elementType.rawValue).")
        }
        guard modality.indices.count == samples else {
            throw Failure(
                .corrupt, "Modality '\(modality.name)' has \(modality.indices.count) indices for \(samples) samples.")
        }
        let rowCount = modality.rowCount
        if let index = modality.indices.first(where: { $0 < 0 || $0 >= rowCount }) {
            throw Failure(.corrupt, "Modality '\(modality.name)' names row \(index) of \(rowCount).")
        }
    }
}
