public import Model

/// The samples of one split of a prepared dataset, used in place in mapped memory.
///
/// A sample is one row of each modality and the correct answer. Several samples can refer to the same row, so that a
/// hundred pairings of an image with different clips take the memory of one image.
public struct SampleSource: Sendable {
    /// The correct answer for each sample.
    public enum Answers: Hashable, Sendable {
        /// The number of its class.
        case classes([Int32])
        /// As many numbers per sample as a network has outputs: 0 or 1 for each label, or standardized numbers.
        case numbers([Float])
    }

    /// What networks learn to answer.
    public let target: Target
    /// The modalities, by name.
    public let modalities: [Modality]
    /// What is right about each sample.
    public let answers: Answers
    /// Number of samples.
    public let count: Int
    /// The group of each sample, such as the speaker; samples of one group are not independent of each other. Nil if
    /// each sample is its own group.
    public let groups: [Int32]?
    /// Keeps the memory of the rows alive.
    public let owner: (any Sendable)?
    /// The loss that fits the target, with the weights of classes if they have any.
    var loss: SampleLoss

    /// Checks and takes samples.
    /// - Parameter owner: whatever must live as long as the rows, such as the mapped file.
    /// - Throws: `Failure` with code `corrupt` if an index, an answer or a size does not fit.
    public init(
        target: Target, modalities: [Modality], answers: Answers, groups: [Int32]? = nil,
        owner: (any Sendable)? = nil
    ) throws {
        let count = try answers.count(for: target)
        for modality in modalities { try Self.check(modality, samples: count) }
        if let groups, groups.count != count {
            throw Failure(.corrupt, "There are \(groups.count) group numbers for \(count) samples.")
        }
        self.init(
            checked: target, modalities: modalities.sorted { $0.name < $1.name }, answers: answers, count: count,
            groups: groups, owner: owner, loss: SampleLoss(target.kind))
    }

    /// Checks and takes samples of numbered classes.
    /// - Throws: Like the initializer for any target.
    public init(classes: Int, modalities: [Modality], labels: [Int32], owner: (any Sendable)? = nil) throws {
        try self.init(
            target: Target(.classification, names: (0..<classes).map(String.init)), modalities: modalities,
            answers: .classes(labels), owner: owner)
    }

    private init(
        checked target: Target, modalities: [Modality], answers: Answers, count: Int, groups: [Int32]?,
        owner: (any Sendable)?, loss: SampleLoss
    ) {
        self.target = target
        self.modalities = modalities
        self.answers = answers
        self.count = count
        self.groups = groups
        self.owner = owner
        self.loss = loss
    }

    /// The class of each sample; nil if samples have no classes.
    public var labels: [Int32]? {
        if case .classes(let labels) = answers { labels } else { nil }
    }

    /// The class of each sample.
    /// - Parameter purpose: What needs them, as the beginning of a sentence, such as "Learning with few labels".
    /// - Throws: `Failure` if samples have no classes.
    public func labels(for purpose: String) throws -> [Int32] {
        if let labels { return labels }
        throw Failure(
            .invalidArgument,
            "\(purpose) needs samples with classes; these have a target of kind '\(target.kind.rawValue)'.")
    }

    /// The modality with a given name.
    public func modality(_ name: String) -> Modality? { modalities.first { $0.name == name } }

    // MARK: - Choosing

    /// Only the given samples, in the given order; the rows are shared.
    public func selecting(_ samples: some Sequence<Int>) -> SampleSource {
        let chosen = Array(samples)
        return SampleSource(
            checked: target,
            modalities: modalities.map { modality in
                modality.with(indices: chosen.map { modality.indices[$0] })
            },
            answers: answers.selecting(chosen, width: target.outputs), count: chosen.count,
            groups: groups.map { groups in chosen.map { groups[$0] } }, owner: owner, loss: loss)
    }

    /// The same samples, but each with this modality taken from another sample.
    public func shuffling(_ name: String, seed: UInt64) -> SampleSource {
        let order = SampleOrder.shuffled(count, seed: seed, epoch: -1)
        return SampleSource(
            checked: target,
            modalities: modalities.map { modality in
                modality.name == name ? modality.with(indices: order.map { modality.indices[Int($0)] }) : modality
            },
            answers: answers, count: count, groups: groups, owner: owner, loss: loss)
    }

    /// A given number of samples, chosen by a seed; 0 means all.
    public func chosen(_ count: Int, seed: UInt64) -> SampleSource {
        count > 0 && count < self.count ? selecting(chosenPlaces(count, seed: seed)) : self
    }

    /// Positions of a given number of samples, chosen by a seed; 0 means all.
    func chosenPlaces(_ count: Int, seed: UInt64) -> [Int] {
        guard count > 0, count < self.count else { return Array(0..<self.count) }
        return SampleOrder.shuffled(self.count, seed: seed, epoch: -1).prefix(count).map(Int.init).sorted()
    }

    /// The first samples; 0 means all.
    public func first(_ count: Int) -> SampleSource {
        count > 0 && count < self.count ? selecting(0..<count) : self
    }

    private static func check(_ modality: Modality, samples: Int) throws {
        let rowBytes = modality.elementCount * modality.elementType.byteCount
        guard modality.shape.allSatisfy({ $0 > 0 }), rowBytes > 0, modality.rows.count.isMultiple(of: rowBytes) else {
            throw Failure(
                .corrupt,
                "Modality '\(modality.name)' has \(modality.rows.count) bytes, which is not a multiple of rows of "
                    + "shape \(modality.shape) in \(modality.elementType.rawValue).")
        }
        guard modality.scales.count == modality.offsets.count, [1, modality.shape[0]].contains(modality.scales.count)
        else {
            throw Failure(
                .corrupt,
                "Modality '\(modality.name)' has \(modality.scales.count) scales and \(modality.offsets.count) offsets "
                    + "for \(modality.shape[0]) channels; it must have one of each, or one per channel.")
        }
        guard modality.indices.count == samples else {
            throw Failure(
                .corrupt, "Modality '\(modality.name)' has \(modality.indices.count) indices for \(samples) samples.")
        }
        let rowCount = modality.rowCount
        if let index = modality.indices.first(where: { $0 < 0 || $0 >= rowCount }) {
            throw Failure(.corrupt, "Modality '\(modality.name)' refers to row \(index) of \(rowCount).")
        }
    }
}

extension SampleSource.Answers {
    /// Checks that these are answers of a given kind.
    /// - Returns: the number of samples.
    fileprivate func count(for target: Target) throws -> Int {
        switch (self, target.kind) {
        case (.classes(let labels), .classification):
            if let label = labels.first(where: { $0 < 0 || $0 >= target.outputs }) {
                throw Failure(.corrupt, "The samples have a label \(label), but only \(target.outputs) classes.")
            }
            return labels.count
        case (.numbers(let numbers), .multiLabel), (.numbers(let numbers), .regression):
            guard target.outputs > 0, numbers.count.isMultiple(of: target.outputs) else {
                throw Failure(
                    .corrupt, "\(numbers.count) numbers are not a multiple of \(target.outputs), one per output.")
            }
            let isRight: (Float) -> Bool =
                target.kind == .multiLabel ? { $0 == 0 || $0 == 1 } : { $0.isFinite }
            if let place = numbers.firstIndex(where: { !isRight($0) }) {
                throw Failure(
                    .corrupt,
                    "Sample \(place / target.outputs) has \(numbers[place]) for "
                        + "'\(target.names[place % target.outputs])', which a target of kind "
                        + "'\(target.kind.rawValue)' cannot have.")
            }
            return numbers.count / target.outputs
        default:
            throw Failure(
                .corrupt, "The samples' answers do not fit their target of kind '\(target.kind.rawValue)'.")
        }
    }

    fileprivate func selecting(_ samples: [Int], width: Int) -> Self {
        switch self {
        case .classes(let labels): .classes(samples.map { labels[$0] })
        case .numbers(let numbers): .numbers(samples.flatMap { numbers[$0 * width..<($0 + 1) * width] })
        }
    }
}
