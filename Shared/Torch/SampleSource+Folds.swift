public import Model

extension SampleSource {
    /// Maximum size of joined rows in bytes; folds are for few samples.
    public static let mostJoinedBytes = 1 << 30

    /// These samples and others of the same kinds; rows are copied into memory.
    /// - Throws: `Failure` if their contents differ in kind, or exceed `mostJoinedBytes`.
    public func joined(with other: SampleSource) throws -> SampleSource {
        let names = modalities.map(\.name)
        guard target == other.target, names == other.modalities.map(\.name) else {
            throw Failure(.corrupt, "Samples of different targets or modalities cannot be joined.")
        }
        let bytes = (modalities + other.modalities).reduce(0) { $0 + $1.rows.count }
        guard bytes <= Self.mostJoinedBytes else {
            throw Failure(
                .invalidArgument,
                "Folds copy \(bytes) bytes of samples, but at most \(Self.mostJoinedBytes) are allowed; leave out "
                    + "'folds'."
            )
        }
        let rows = JoinedRows(zip(modalities, other.modalities).map { [$0.rows, $1.rows] })
        return try SampleSource(
            target: target,
            modalities: zip(zip(modalities, other.modalities), rows.buffers).map { parts, rows in
                let (first, second) = parts
                let (usual, offset) = first.indices.isEmpty ? (second, 0) : (first, Int32(first.rowCount))
                return Modality(
                    name: usual.name, shape: usual.shape, elementType: usual.elementType, scales: usual.scales,
                    offsets: usual.offsets, rows: rows,
                    indices: first.indices + second.indices.map { $0 + offset })
            },
            answers: answers.joined(with: other.answers), groups: joinedGroups(with: other), owner: rows)
    }

    /// Groups with unchanged numbers, because those of a file are numbered over all its splits.
    private func joinedGroups(with other: SampleSource) -> [Int32]? {
        groups.flatMap { own in other.groups.map { own + $0 } }
    }

    /// The samples outside a fold, and those of the fold.
    ///
    /// Samples of one group are on one side, and each class is distributed as evenly as groups allow. The assignment of
    /// samples to folds depends only on the seed.
    /// - Throws: `Failure` with code `invalid-argument` if there are fewer samples or groups than folds.
    public func parted(by fold: Fold, seed: UInt64) throws -> (training: SampleSource, validation: SampleSource) {
        let places = folds(fold.count, seed: seed)
        guard places.allSatisfy({ !$0.isEmpty }) else {
            throw Failure(
                .invalidArgument,
                "\(count) samples cannot be split into \(fold.count) non-empty folds; use fewer folds.")
        }
        let heldOut = Set(places[fold.number])
        return (selecting((0..<count).filter { !heldOut.contains($0) }), selecting(places[fold.number]))
    }

    /// The positions of the samples of each fold.
    private func folds(_ number: Int, seed: UInt64) -> [[Int]] {
        let order = SampleOrder.shuffled(count, seed: seed, epoch: -2).map(Int.init)
        var units: [[Int]] = []
        if let groups {
            var unitOfGroup: [Int32: Int] = [:]
            for place in order {
                if let unit = unitOfGroup[groups[place]] {
                    units[unit].append(place)
                } else {
                    unitOfGroup[groups[place]] = units.count
                    units.append([place])
                }
            }
            // Large groups first, while there is room for them; equal ones are in shuffled order.
            units = units.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
                .map(\.element)
        } else {
            units = order.map { [$0] }
        }
        var folds = [[Int]](repeating: [], count: number)
        var shares = [[Int32: Int]](repeating: [:], count: number)
        for unit in units {
            let label = labels.map { $0[unit[0]] } ?? 0
            let fewest = (0..<number).min {
                (shares[$0][label] ?? 0, folds[$0].count, $0) < (shares[$1][label] ?? 0, folds[$1].count, $1)
            }
            guard let fewest else { break }
            folds[fewest] += unit
            shares[fewest][label, default: 0] += unit.count
        }
        return folds.map { $0.sorted() }
    }
}

/// Rows of several sources, one after another, in separate memory.
private final class JoinedRows: @unchecked Sendable {
    // Unchecked: the memory is written before it is shared, and only read afterward.
    let buffers: [UnsafeRawBufferPointer]

    init(_ parts: [[UnsafeRawBufferPointer]]) {
        buffers = parts.map { parts in
            let count = parts.reduce(0) { $0 + $1.count }
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
            var offset = 0
            for part in parts where !part.isEmpty {
                UnsafeMutableRawBufferPointer(rebasing: memory[offset..<offset + part.count]).copyMemory(from: part)
                offset += part.count
            }
            return UnsafeRawBufferPointer(memory)
        }
    }

    deinit { for buffer in buffers { buffer.deallocate() } }
}

extension SampleSource.Answers {
    fileprivate func joined(with other: Self) throws -> Self {
        switch (self, other) {
        case (.classes(let own), .classes(let others)): .classes(own + others)
        case (.numbers(let own), .numbers(let others)): .numbers(own + others)
        case (.classes, .numbers), (.numbers, .classes):
            throw Failure(.corrupt, "Samples of classes and of numbers cannot be joined.")
        }
    }
}
