import Answers
import Dispatch
import Model
import Safetensors
import Synchronization
import Tables

/// Decodes samples on all cores and stores them.
///
/// For each split and modality, `training.picture.rows` has the rows and `training.picture.indices` the row of each
/// sample. `training.labels` or `training.targets` has the answers, `training.groups` the groups if there are any, and
/// `test.places` the positions of the first test samples. Samples without a modality share a row that holds its mean.
final class SampleWriter {
    private(set) var unreadable: [(place: String, reason: String)] = []
    private(set) var unreadableCount = 0

    private var manifest: DatasetManifest
    private let modalities: [RawModality]
    private let reader: ValueReader
    private let stream: SafetensorsStream
    private let modules: [PreparationModule]
    private var statistics: [String: [RunningLevels]] = [:]
    /// Samples without a modality, by split and modality: their positions among the split's indices.
    private var absent: [String: [Int]] = [:]
    private var indices: [String: [Int32]] = [:]
    private var answers: [SamplePart: Answers] = [:]

    private struct Answers {
        var labels: [Int32] = []
        var numbers: [Float] = []
        var groups: [Int32] = []
        var count = 0
    }

    /// The result for a sample.
    enum Prepared: Sendable {
        case rows([[Float]?])
        case unreadable(String)
    }

    init(_ manifest: DatasetManifest, modalities: [RawModality], files: FileFinder, path: String) throws {
        self.manifest = manifest
        self.modalities = modalities
        reader = try ValueReader(files: files, inputs: manifest.inputs, encoding: manifest.settings.encoding)
        stream = SafetensorsStream(path)
        let script = PreparationScript(manifest)
        modules = try (0..<max(1, min(8, ProcessorCount.available))).map { _ in try PreparationModule(script) }
    }

    /// Decodes and stores samples.
    func add(_ samples: [RawSample]) throws {
        let prepared = prepare(samples)
        for (sample, outcome) in zip(samples, prepared) {
            switch outcome {
            case .unreadable(let reason):
                unreadableCount += 1
                if unreadable.count < DataPreparer.mostNamed { unreadable.append((sample.place, reason)) }
            case .rows(let rows): try store(rows, of: sample)
            }
        }
    }

    /// Writes the remaining samples and assembles the file.
    func finish() throws -> DataPreparer.Outcome {
        try fit()
        for modality in modalities { try storeAbsent(modality) }
        for (key, rows) in indices { for row in rows { try stream.append([row], to: key, rowShape: []) } }
        for (part, answers) in answers { try store(answers, of: part) }
        let counts = SamplePart.allCases.map { answers[$0]?.count ?? 0 }
        manifest.samples = .init(training: counts[0], validation: counts[1], test: counts[2])
        guard counts[0] > 0, counts[1] > 0 else {
            throw Failure(
                .invalidArgument,
                "data.split: \(counts[0]) samples for training and \(counts[1]) for validation are readable; at least "
                    + "one of each is required."
            )
        }
        if unreadableCount > 0 {
            manifest.notes.append("\(unreadableCount) samples could not be read and are left out")
        }
        try stream.finish(metadata: ["format": "gyrus-dataset 2", "manifest": try manifest.json])
        return DataPreparer.Outcome(
            manifest: manifest, unreadable: unreadable, unreadableCount: unreadableCount)
    }

    // MARK: Decoding

    private func prepare(_ samples: [RawSample]) -> [Prepared] {
        let results = Mutex([Prepared](repeating: .unreadable(""), count: samples.count))
        // Each module is used by a single iteration, and iterations share only `results`.
        nonisolated(unsafe) let modules = modules
        let (modalities, inputs, reader) = (modalities, manifest.inputs, reader)
        DispatchQueue.concurrentPerform(iterations: modules.count) { worker in
            for index in stride(from: worker, to: samples.count, by: modules.count) {
                let outcome = Self.prepared(samples[index], modalities, inputs, reader, modules[worker])
                results.withLock { $0[index] = outcome }
            }
        }
        return results.withLock { $0 }
    }

    /// The rows of a sample, or why the sample cannot be read.
    static func prepared(
        _ sample: RawSample, _ modalities: [RawModality], _ inputs: [String: DatasetManifest.Input],
        _ reader: ValueReader, _ module: PreparationModule
    ) -> Prepared {
        do {
            var rows: [[Float]?] = []
            for (modality, cells) in zip(modalities, sample.cells) {
                guard let input = inputs[modality.name] else { continue }
                guard let value = try reader.value(cells, of: modality.name, input) else {
                    rows.append(nil)
                    continue
                }
                let method = (input.storesBytes ? "prepare_" : "input_") + modality.name
                rows.append(try module.run(method, value, count: input.signature.shape.reduce(1, *)))
            }
            guard rows.contains(where: { $0 != nil }) else { return .unreadable("every modality is missing") }
            return .rows(rows)
        } catch {
            return .unreadable(Failure(error).message)
        }
    }

    // MARK: Storing

    private func store(_ rows: [[Float]?], of sample: RawSample) throws {
        let part = sample.part.name
        for (modality, row) in zip(modalities, rows) {
            guard let input = manifest.inputs[modality.name] else { continue }
            let (key, place) = ("\(part).\(modality.name)", indices["\(part).\(modality.name).indices"]?.count ?? 0)
            guard let row else {
                absent[key, default: []].append(place)
                indices["\(key).indices", default: []].append(0)
                continue
            }
            indices["\(key).indices", default: []].append(Int32(stream.rows(of: "\(key).rows")))
            try append(row, to: "\(key).rows", input)
            if sample.part == .training, input.storesBytes { look(at: row, of: modality.name, input) }
        }
        answers[sample.part, default: Answers()].count += 1
        if sample.part == .test, stream.rows(of: "test.places") < AnswerFile.mostSamples {
            try stream.append(
                PlaceName.bytes(sample.place), to: "test.places", rowShape: [AnswerFile.placeBytes])
        }
        if let group = sample.group { answers[sample.part]?.groups.append(Int32(group)) }
        guard let answer = sample.answer else {
            throw Failure(.internal, "\(sample.place): a sample without an answer reached preparation.")
        }
        switch manifest.target.learned(answer) {
        case .class(let number): answers[sample.part]?.labels.append(number)
        case .numbers(let row): answers[sample.part]?.numbers += row
        }
    }

    private func append(_ row: [Float], to key: String, _ input: DatasetManifest.Input) throws {
        let shape = input.signature.shape
        if input.storesBytes {
            try stream.append(row.map { UInt8(min(max($0, 0), 255)) }, to: key, rowShape: shape)
        } else if input.signature.kind == .text {
            try stream.append(row.map { Int32($0) }, to: key, rowShape: shape)
        } else {
            try stream.append(row, to: key, rowShape: shape)
        }
    }

    private func store(_ answers: Answers, of part: SamplePart) throws {
        let outputs = manifest.target.outputs
        for label in answers.labels { try stream.append([label], to: "\(part.name).labels", rowShape: []) }
        for start in stride(from: 0, to: answers.numbers.count, by: outputs) {
            let row = Array(answers.numbers[start..<start + outputs])
            try stream.append(row, to: "\(part.name).targets", rowShape: [outputs])
        }
        if answers.groups.count == answers.count {
            for group in answers.groups { try stream.append([group], to: "\(part.name).groups", rowShape: []) }
        }
    }

    /// The row that all samples without a modality share; it holds the mean.
    private func storeAbsent(_ modality: RawModality) throws {
        guard let input = manifest.inputs[modality.name] else { return }
        for part in SamplePart.allCases {
            let key = "\(part.name).\(modality.name)"
            guard let places = absent[key], !places.isEmpty else { continue }
            let row = Int32(stream.rows(of: "\(key).rows"))
            try append(input.meanRow, to: "\(key).rows", input)
            for place in places { indices["\(key).indices"]?[place] = row }
        }
    }

    // MARK: Statistics

    private func look(at row: [Float], of name: String, _ input: DatasetManifest.Input) {
        let channels = input.signature.shape[0]
        let count = row.count / channels
        if statistics[name] == nil { statistics[name] = (0..<channels).map { _ in RunningLevels() } }
        for channel in 0..<channels { statistics[name]?[channel].add(row[channel * count..<(channel + 1) * count]) }
    }

    /// Puts means and deviations of bytes, and counts of classes, into the manifest.
    private func fit() throws {
        for (name, levels) in statistics { manifest.inputs[name]?.standardize(levels) }
        guard manifest.target.kind != .regression, let training = answers[.training] else { return }
        let outputs = manifest.target.outputs
        var counts = [Int](repeating: 0, count: outputs)
        for label in training.labels { counts[Int(label)] += 1 }
        for (place, number) in training.numbers.enumerated() where number > 0 { counts[place % outputs] += 1 }
        manifest.counts = counts
    }
}

/// Mean and deviation of bytes, counted by level.
struct RunningLevels {
    private var counts = [Int](repeating: 0, count: 256)

    mutating func add(_ values: ArraySlice<Float>) {
        for value in values { counts[Int(min(max(value, 0), 255))] += 1 }
    }

    /// Mean level.
    var mean: Double {
        let count = Double(max(counts.reduce(0, +), 1))
        return counts.enumerated().reduce(0) { $0 + Double($1.offset * $1.element) } / count
    }

    /// Standard deviation of the levels; 1 where all are equal.
    var deviation: Double {
        let (count, mean) = (Double(max(counts.reduce(0, +), 1)), mean)
        let squares = counts.enumerated().reduce(0) { sum, level in
            sum + Double(level.element) * (Double(level.offset) - mean) * (Double(level.offset) - mean)
        }
        let deviation = (squares / count).squareRoot()
        return deviation > 1e-6 ? deviation : 1
    }
}
