import Answers
import Foundation
import Model
import Safetensors
import Tables

/// Consecutive samples of a dataset in their final form, in their own file.
///
/// The tensors are named like those of the dataset, which joins them. In addition, `training.picture.present` tells
/// which samples have the modality, and `picture.levels` counts the bytes of training rows.
struct SampleShard {
    /// The samples of one split.
    fileprivate struct Part {
        var rows: [[UInt8]]
        var present: [[UInt8]]
        var labels: [Int32] = []
        var numbers: [Float] = []
        var groups: [Int32] = []
        var places: [UInt8] = []
        var count = 0
    }

    /// Samples that cannot be read.
    struct Unreadable: Codable {
        /// A sample and why it cannot be read.
        struct Sample: Codable {
            var place: String
            var reason: String
        }

        var count = 0
        /// The first ones.
        var named: [Sample] = []

        mutating func add(_ place: String, _ reason: String) {
            count += 1
            if named.count < DataPreparer.mostNamed { named.append(Sample(place: place, reason: reason)) }
        }

        mutating func add(_ other: Unreadable) {
            count += other.count
            named += other.named.prefix(DataPreparer.mostNamed - named.count)
        }
    }

    private(set) var unreadable = Unreadable()
    /// Number of samples, readable or not.
    private(set) var count = 0

    private let names: [String]
    private let inputs: [DatasetManifest.Input]
    private let target: Target
    private var parts: [Part]
    private var levels: [StoredLevels?]

    /// Starts a shard without samples.
    /// - Parameter names: The modalities, in the order of each sample's rows.
    init(_ names: [String], _ manifest: DatasetManifest) {
        self.names = names
        inputs = names.compactMap { manifest.inputs[$0] }
        target = manifest.target
        let part = Part(rows: names.map { _ in [] }, present: names.map { _ in [] })
        parts = SamplePart.allCases.map { _ in part }
        levels = inputs.map { $0.storesBytes ? StoredLevels(channels: $0.signature.shape[0]) : nil }
    }

    /// Adds a sample.
    mutating func add(_ sample: RawSample, _ outcome: SampleDecoder.Outcome) throws {
        count += 1
        switch outcome {
        case .unreadable(let reason): unreadable.add(sample.place, reason)
        case .rows(let rows):
            guard let answer = sample.answer else {
                throw Failure(.internal, "\(sample.place): a sample without an answer reached preparation.")
            }
            parts[Int(sample.part.rawValue)].add(sample, rows, target.learned(answer))
            guard sample.part == .training else { return }
            for (index, row) in rows.enumerated() { if let row { levels[index]?.add(row) } }
        }
    }

    /// Writes the shard, all or nothing.
    func write(to path: String) throws {
        var tensors: [Tensor] = []
        for (part, content) in zip(SamplePart.allCases, parts) where content.count > 0 {
            tensors += try content.tensors(part.name, names, inputs, outputs: target.outputs)
        }
        for (name, levels) in zip(names, levels) {
            guard let levels else { continue }
            tensors.append(try Tensor("\(name).levels", shape: [levels.counts.count], levels.counts))
        }
        let left = String(decoding: try JSONEncoder().encode(unreadable), as: UTF8.self)
        try SafetensorsFile.write(tensors, metadata: ["unreadable": left], to: path)
    }
}

extension SampleShard.Part {
    mutating func add(_ sample: RawSample, _ stored: [[UInt8]?], _ answer: Target.Learned) {
        count += 1
        for (index, row) in stored.enumerated() {
            present[index].append(row == nil ? 0 : 1)
            if let row { rows[index] += row }
        }
        switch answer {
        case .class(let number): labels.append(number)
        case .numbers(let row): numbers += row
        }
        if let group = sample.group { groups.append(Int32(group)) }
        if sample.part == .test, count <= AnswerFile.mostSamples { places += PlaceName.bytes(sample.place) }
    }

    func tensors(
        _ part: String, _ names: [String], _ inputs: [DatasetManifest.Input], outputs: Int
    ) throws -> [Tensor] {
        var tensors: [Tensor] = []
        for (index, name) in names.enumerated() {
            let shape = [present[index].reduce(0) { $0 + Int($1) }] + inputs[index].signature.shape
            tensors.append(
                try Tensor("\(part).\(name).rows", inputs[index].storedType, shape: shape, bytes: rows[index]))
            tensors.append(try Tensor("\(part).\(name).present", shape: [count], present[index]))
        }
        if labels.count == count {
            tensors.append(try Tensor("\(part).labels", shape: [count], labels))
        } else {
            tensors.append(try Tensor("\(part).targets", shape: [count, outputs], numbers))
        }
        if groups.count == count { tensors.append(try Tensor("\(part).groups", shape: [count], groups)) }
        if !places.isEmpty {
            let width = AnswerFile.placeBytes
            tensors.append(try Tensor("\(part).places", .uint8, shape: [places.count / width, width], bytes: places))
        }
        return tensors
    }
}
