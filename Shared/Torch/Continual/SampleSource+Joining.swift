import CTorch
import Model

extension SampleSource {
    /// Maximum size of joined rows in bytes.
    public static let largestJoin = 2 << 30

    /// The samples of several sources, one after another, as converted values, because sources can have different
    /// scales.
    /// - Throws: `Failure` if their modalities or classes differ, or if they are too large together.
    public static func joining(_ sources: [SampleSource]) throws -> SampleSource {
        guard let first = sources.first else {
            throw Failure(.invalidArgument, "There are no samples to join.")
        }
        let modalities = try first.modalities.map { modality in
            try joined(sources.map { try $0.fitting(modality, target: first.target) })
        }
        let groups = sources.allSatisfy { $0.groups == nil } ? nil : Self.groups(of: sources)
        return try SampleSource(
            target: first.target, modalities: modalities.map(\.modality), answers: .joining(sources.map(\.answers)),
            groups: groups, owner: modalities.map(\.rows))
    }

    /// The groups of all samples; equal numbers in different sources mean different groups.
    private static func groups(of sources: [SampleSource]) -> [Int32] {
        var groups: [Int32] = []
        for source in sources {
            let start = Int32(groups.count)
            var known: [Int32: Int32] = [:]
            for sample in 0..<source.count {
                let next = start + Int32(known.count)
                let group = source.groups?[sample] ?? Int32(sample)
                groups.append(known[group] ?? next)
                known[group] = groups.last
            }
        }
        return groups
    }

    /// The modality that matches one of another source.
    private func fitting(_ other: Modality, target: Target) throws -> (source: SampleSource, modality: Modality) {
        guard self.target == target else {
            throw Failure(
                .invalidArgument,
                "Datasets can be joined only if they have the same target: one has \(target.summary), the other "
                    + "\(self.target.summary).")
        }
        guard let own = modality(other.name), own.shape == other.shape else {
            let found = modality(other.name).map { "has it in shape \($0.shape)" } ?? "lacks it"
            throw Failure(
                .invalidArgument,
                "Datasets can be joined only if they have the same modalities: one has '\(other.name)' in shape"
                    + " \(other.shape), the other \(found).")
        }
        return (self, own)
    }

    /// Rows of several sources as numbers, each row once.
    private static func joined(
        _ parts: [(source: SampleSource, modality: Modality)]
    ) throws -> (modality: Modality, rows: FloatRows) {
        let used = parts.map { Set($0.modality.indices).sorted() }
        let width = parts[0].modality.elementCount
        let count = used.reduce(0) { $0 + $1.count }
        guard count * width * MemoryLayout<Float>.size <= largestJoin else {
            throw Failure(
                .invalidArgument,
                "\(count) rows of '\(parts[0].modality.name)' are too many to be joined: they would take"
                    + " more than \(largestJoin >> 20) MiB. Use fewer samples, or a smaller memory.")
        }
        let rows = FloatRows(count: count * width)
        var indices: [Int32] = []
        var start = 0
        for (part, rowsUsed) in zip(parts, used) {
            try part.source.copyRows(rowsUsed, of: part.modality, to: rows.values.advanced(by: start * width))
            let places = Dictionary(uniqueKeysWithValues: zip(rowsUsed, Int32(start)...))
            indices += part.modality.indices.map { places[$0, default: 0] }
            start += rowsUsed.count
        }
        let modality = Modality(
            name: parts[0].modality.name, shape: parts[0].modality.shape, elementType: .float32, rows: rows.bytes,
            indices: indices)
        return (modality, rows)
    }

    private func copyRows(_ rows: [Int32], of modality: Modality, to values: UnsafeMutablePointer<Float>) throws {
        let source = try SampleSource(
            classes: 1, modalities: [modality.with(indices: rows)], labels: rows.map { _ in 0 }, owner: owner)
        try source.withCSamples(for: [modality.name]) { samples in
            var error: UnsafeMutablePointer<CChar>?
            guard gyrus_modality_values(samples.pointee.modalities, Int64(rows.count), values, &error) else {
                throw Failure(.internal, "Cannot read rows: \(takeMessage(error)).")
            }
        }
    }
}

extension SampleSource {
    /// Samples of one modality with computed values.
    /// - Parameters:
    ///   - values: The rows, one after another.
    ///   - shape: Shape of one row.
    public static func computed(
        _ values: [Float], name: String, shape: [Int], labels: [Int32], classes: Int
    ) throws -> SampleSource {
        let rows = FloatRows(count: values.count)
        rows.values.update(from: values, count: values.count)
        let modality = Modality(
            name: name, shape: shape, elementType: .float32, rows: rows.bytes, indices: labels.indices.map(Int32.init))
        return try SampleSource(classes: classes, modalities: [modality], labels: labels, owner: rows)
    }
}

extension SampleSource.Answers {
    /// The answers of several sources with one target, one after another.
    fileprivate static func joining(_ parts: [Self]) -> Self {
        let labels = parts.compactMap { if case .classes(let labels) = $0 { labels } else { nil } }
        let numbers = parts.compactMap { if case .numbers(let numbers) = $0 { numbers } else { nil } }
        return numbers.isEmpty ? .classes(labels.flatMap(\.self)) : .numbers(numbers.flatMap(\.self))
    }
}

extension Target {
    /// The target as messages describe it.
    fileprivate var summary: String {
        let what =
            switch kind {
            case .classification: "classes"
            case .multiLabel: "labels"
            case .regression: "numbers"
            }
        let scale = means.map { " with means \($0)" } ?? ""
        return "\(names.count) \(what) (\(names.prefix(10).joined(separator: ", ")))\(scale)"
    }
}

/// Memory of computed rows.
private final class FloatRows: @unchecked Sendable {
    // Unchecked: written before it is shared, and only read afterward.
    let values: UnsafeMutablePointer<Float>
    private let count: Int

    init(count: Int) {
        values = .allocate(capacity: max(1, count))
        values.initialize(repeating: 0, count: max(1, count))
        self.count = count
    }

    deinit { values.deallocate() }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(UnsafeBufferPointer(start: values, count: count)) }
}
