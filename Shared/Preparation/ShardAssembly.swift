import Answers
import Foundation
import Model
import Safetensors
import Tables

/// Joins shards to a dataset.
///
/// For each split and modality, `training.picture.rows` has the rows and `training.picture.indices` the row of each
/// sample. `training.labels` or `training.targets` has the answers, `training.groups` the groups if there are any, and
/// `test.places` the positions of the first test samples. Samples without a modality share a row that holds its mean.
/// `preview` has a few samples as people see them.
struct ShardAssembly {
    private var manifest: DatasetManifest
    private let names: [String]
    private let paths: [String]
    private let isFitted: Bool
    private var counts: [SamplePart: Int] = [:]
    private var unreadable = SampleShard.Unreadable()

    /// - Parameters:
    ///   - manifest: What was learned from the training samples.
    ///   - names: The modalities.
    ///   - paths: The shards, in order.
    ///   - isFitted: Whether the manifest already has means and deviations of bytes.
    init(_ manifest: DatasetManifest, names: [String], paths: [String], isFitted: Bool) {
        self.manifest = manifest
        self.names = names
        self.paths = paths
        self.isFitted = isFitted
    }

    /// Writes the dataset, all or nothing.
    mutating func write(to path: String, preview: DataPreview) throws -> DataPreparer.Outcome {
        try summarize()
        let samples = SamplePart.allCases.map { counts[$0, default: 0] }
        manifest.samples = .init(training: samples[0], validation: samples[1], test: samples[2])
        guard samples[0] > 0, samples[1] > 0 else {
            throw Failure(
                .invalidArgument,
                "data.split: \(samples[0]) samples for training and \(samples[1]) for validation are readable; at least "
                    + "one of each is required."
            )
        }
        if unreadable.count > 0 {
            manifest.notes.append("\(unreadable.count) samples could not be read and are left out")
        }
        let shown = [UInt8](try preview.json)
        let shownPiece = TensorPieces(DataPreview.tensor, .uint8, shape: [shown.count]) {
            try shown.withUnsafeBytes($0)
        }
        try SafetensorsFile.write(
            pieces: try SamplePart.allCases.filter { counts[$0, default: 0] > 0 }.flatMap { try pieces(of: $0) }
                + [shownPiece],
            metadata: ["format": "gyrus-dataset 2", "manifest": try manifest.json], to: path)
        return DataPreparer.Outcome(
            manifest: manifest, unreadable: unreadable.named.map { ($0.place, $0.reason) },
            unreadableCount: unreadable.count)
    }

    // MARK: Statistics

    /// Counts samples and classes, and puts means and deviations of bytes into the manifest.
    private mutating func summarize() throws {
        var levels: [String: StoredLevels] = [:]
        let (kind, outputs) = (manifest.target.kind, manifest.target.outputs)
        var classes = [Int](repeating: 0, count: outputs)
        for path in paths {
            let shard = try SafetensorsFile(opening: path)
            let entries = Set(shard.entries.map(\.name))
            for part in SamplePart.allCases where entries.contains("\(part.name).\(names[0]).present") {
                counts[part, default: 0] += try shard.entry(named: "\(part.name).\(names[0]).present").shape[0]
            }
            for name in names where entries.contains("\(name).levels") {
                let counted = StoredLevels(counts: try shard.elements(of: "\(name).levels"))
                levels[name, default: StoredLevels(channels: counted.counts.count / StoredLevels.levels)].add(counted)
            }
            if entries.contains("training.labels") {
                for label in try shard.elements(of: "training.labels") as [Int32] { classes[Int(label)] += 1 }
            } else if kind == .multiLabel, entries.contains("training.targets") {
                let numbers: [Float] = try shard.elements(of: "training.targets")
                for (place, number) in numbers.enumerated() where number > 0 { classes[place % outputs] += 1 }
            }
            unreadable.add(
                try JSONDecoder().decode(
                    SampleShard.Unreadable.self, from: Data(shard.metadata["unreadable", default: ""].utf8)))
        }
        for name in names where !isFitted && manifest.inputs[name]?.signature.kind != .table {
            let hasGaps = try SamplePart.allCases.contains {
                try rowCount("\($0.name).\(name).rows") < counts[$0, default: 0]
            }
            manifest.inputs[name]?.signature.hasGaps = hasGaps ? true : nil
        }
        for (name, levels) in levels where !isFitted { manifest.inputs[name]?.standardize(levels) }
        if kind != .regression { manifest.counts = classes }
    }

    // MARK: Tensors

    private func pieces(of part: SamplePart) throws -> [TensorPieces] {
        let (part, count) = (part.name, counts[part, default: 0])
        var pieces: [TensorPieces] = []
        for name in names {
            guard let input = manifest.inputs[name] else { continue }
            let (rows, key) = (try rowCount("\(part).\(name).rows"), "\(part).\(name)")
            // Samples without the modality share the last row.
            let mean = rows < count ? input.stored(input.meanRow) : []
            pieces.append(
                TensorPieces(
                    "\(key).rows", input.storedType,
                    shape: [rows + (mean.isEmpty ? 0 : 1)] + input.signature.shape
                ) { write in
                    try join("\(key).rows", write)
                    try mean.withUnsafeBytes(write)
                })
            pieces.append(
                TensorPieces("\(key).indices", .int32, shape: [count]) { write in
                    var next: Int32 = 0
                    try join("\(key).present") { present in
                        let indices = present.map { isPresent -> Int32 in
                            guard isPresent == 1 else { return Int32(rows) }
                            defer { next += 1 }
                            return next
                        }
                        try indices.withUnsafeBytes(write)
                    }
                })
        }
        for name in ["labels", "groups"] where try rowCount("\(part).\(name)") == count {
            pieces.append(
                TensorPieces("\(part).\(name)", .int32, shape: [count]) { try join("\(part).\(name)", $0) })
        }
        if try rowCount("\(part).targets") == count {
            let shape = [count, manifest.target.outputs]
            pieces.append(
                TensorPieces("\(part).targets", .float32, shape: shape) { try join("\(part).targets", $0) })
        }
        let places = min(try rowCount("\(part).places"), AnswerFile.mostSamples)
        if places > 0 {
            pieces.append(
                TensorPieces("\(part).places", .uint8, shape: [places, AnswerFile.placeBytes]) { write in
                    var left = places * AnswerFile.placeBytes
                    try join("\(part).places") { bytes in
                        try write(UnsafeRawBufferPointer(rebasing: bytes.prefix(left)))
                        left -= min(left, bytes.count)
                    }
                })
        }
        return pieces
    }

    /// Number of rows of a tensor in all shards.
    private func rowCount(_ name: String) throws -> Int {
        try paths.reduce(0) { count, path in
            let entry = try SafetensorsFile(opening: path).entries.first { $0.name == name }
            return count + (entry?.shape[0] ?? 0)
        }
    }

    /// Passes a tensor's bytes of each shard that has it. One shard at a time is in memory.
    private func join(_ name: String, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        for path in paths {
            let shard = try SafetensorsFile(opening: path)
            guard shard.entries.contains(where: { $0.name == name }) else { continue }
            try shard.withBytes(of: name, body)
        }
    }
}
