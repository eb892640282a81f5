import Dispatch
import Model
import Synchronization
import Tables

/// Decodes samples on all cores, at most 8, while the caller reads the next ones.
///
/// `@unchecked Sendable` because only `exchange` changes unlocked state, while no samples are being decoded, and each module
/// is used by a single thread at a time.
final class SampleDecoder: @unchecked Sendable {
    /// The result for a sample.
    enum Outcome: Sendable {
        /// Its row of each modality, as it is stored; nil if the modality is missing.
        case rows([[UInt8]?])
        /// Why it cannot be read.
        case unreadable(String)
    }

    private let modalities: [RawModality]
    private let inputs: [String: DatasetManifest.Input]
    private let reader: ValueReader
    private let modules: [PreparationModule]
    private let group = DispatchGroup()
    private let outcomes = Mutex<[Outcome]>([])
    private var samples: [RawSample] = []

    init(_ manifest: DatasetManifest, modalities: [RawModality], reader: ValueReader) throws {
        self.modalities = modalities
        self.reader = reader
        inputs = manifest.inputs
        let script = PreparationScript(manifest)
        modules = try (0..<max(1, min(8, ProcessorCount.available))).map { _ in try PreparationModule(script) }
    }

    /// Starts to decode samples, and returns the previous ones with their outcomes.
    func exchange(_ next: [RawSample]) -> [(RawSample, Outcome)] {
        group.wait()
        let finished = Array(zip(samples, outcomes.withLock { $0 }))
        samples = next
        outcomes.withLock { $0 = [Outcome](repeating: .unreadable(""), count: next.count) }
        if !next.isEmpty { DispatchQueue.global().async(group: group) { [self] in decode(next) } }
        return finished
    }

    private func decode(_ samples: [RawSample]) {
        // A few blocks for each module, so that none waits long for the others.
        let size = max(1, samples.count / (4 * modules.count))
        let next = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: modules.count) { worker in
            while true {
                let start = next.withLock { start in
                    defer { start += size }
                    return start
                }
                guard start < samples.count else { return }
                let block = start..<min(start + size, samples.count)
                let decoded = Self.prepared(samples[block], modalities, inputs, reader, modules[worker]).map(stored)
                outcomes.withLock { $0.replaceSubrange(block, with: decoded) }
            }
        }
    }

    private func stored(_ prepared: Prepared) -> Outcome {
        switch prepared {
        case .unreadable(let reason): .unreadable(reason)
        case .rows(let rows):
            .rows(zip(modalities, rows).map { modality, row in row.flatMap { inputs[modality.name]?.stored($0) } })
        }
    }

    // MARK: Preparing

    /// A sample's rows as numbers, or why it cannot be read.
    enum Prepared: Sendable {
        case rows([[Float]?])
        case unreadable(String)
    }

    /// Prepares samples. Rows of tables are prepared together, because a call takes much longer than a row.
    static func prepared(
        _ samples: ArraySlice<RawSample>, _ modalities: [RawModality], _ inputs: [String: DatasetManifest.Input],
        _ reader: ValueReader, _ module: PreparationModule
    ) -> [Prepared] {
        var columns: [[Result<[Float]?, Failure>]] = []
        for (place, modality) in modalities.enumerated() {
            guard let input = inputs[modality.name] else { continue }
            let cells = samples.lazy.map { $0.cells[place] }
            if case .table = input.preparation {
                columns.append(tableRows(cells, of: modality.name, input, reader, module))
            } else {
                columns.append(
                    cells.map { cells in
                        Result { () throws(Failure) in try row(cells, of: modality.name, input, reader, module) }
                    })
            }
        }
        return samples.indices.map { index in
            var rows: [[Float]?] = []
            for column in columns {
                switch column[index - samples.startIndex] {
                case .success(let row): rows.append(row)
                case .failure(let failure): return .unreadable(failure.message)
                }
            }
            return rows.contains { $0 != nil } ? .rows(rows) : .unreadable("every modality is missing")
        }
    }

    private static func row(
        _ cells: [Cell], of name: String, _ input: DatasetManifest.Input, _ reader: ValueReader,
        _ module: PreparationModule
    ) throws(Failure) -> [Float]? {
        do {
            guard let value = try reader.value(cells, of: name, input) else { return nil }
            return try module.run(
                (input.storesBytes ? "prepare_" : "input_") + name, value,
                count: input.signature.shape.reduce(1, *))
        } catch {
            throw Failure(error)
        }
    }

    private static func tableRows(
        _ cells: some Sequence<[Cell]>, of name: String, _ input: DatasetManifest.Input, _ reader: ValueReader,
        _ module: PreparationModule
    ) -> [Result<[Float]?, Failure>] {
        var values: [Float] = []
        var count = 0
        for cells in cells {
            values += reader.tableRow(cells, of: name)
            count += 1
        }
        let width = input.signature.shape[0]
        do {
            let rows = try module.run(
                "rows_" + name, .numbers(values, shape: [count, values.count / count]), count: count * width)
            return (0..<count).map { .success(Array(rows[$0 * width..<($0 + 1) * width])) }
        } catch {
            return [Result<[Float]?, Failure>](repeating: .failure(Failure(error)), count: count)
        }
    }
}
