import Foundation
import Model
import Safetensors
import Tables

/// Decodes samples and writes them to shards; those that an earlier run finished are kept.
final class ShardWriter {
    /// The files of all shards, in order.
    private(set) var paths: [String] = []
    /// The preview of the samples.
    private(set) var preview: PreviewMaker

    private let plan: ShardFolder.Plan
    private let rows: any SampleRows
    private let folder: ShardFolder
    private let decoder: SampleDecoder
    private let names: [String]
    /// Number of samples per shard, and maximum number of samples decoded at a time.
    private let (size, most): (Int, Int)
    private var shard: SampleShard
    private var unreadable = SampleShard.Unreadable()
    private var done = 0
    /// The shard of the samples that are being decoded.
    private var decoding = 0

    /// Bytes of a shard's rows, and of the numbers that are decoded at a time, unless this is too few samples.
    private static let usualBytes = 8 << 20
    private static let sizes = 32...65_536
    private static let blocks = 16...4_096
    /// Bytes of undecoded samples at which they are decoded, however few they are.
    private static let mostPending = 32 << 20

    init(_ plan: ShardFolder.Plan, rows: any SampleRows, folder: ShardFolder) throws {
        (self.plan, self.rows, self.folder) = (plan, rows, folder)
        let manifest = plan.manifest
        let reader = try ValueReader(files: rows.files, inputs: manifest.inputs, encoding: manifest.settings.encoding)
        preview = try PreviewMaker(manifest, modalities: rows.modalities, reader: reader, count: plan.count)
        decoder = try SampleDecoder(manifest, modalities: rows.modalities, reader: reader)
        names = rows.modalities.map(\.name)
        shard = SampleShard(names, manifest)
        let (numbers, bytes) = manifest.inputs.values.reduce(into: (1, 1)) { sum, input in
            let count = input.signature.shape.reduce(1, *)
            sum = (sum.0 + count, sum.1 + count * input.storedType.byteCount)
        }
        size = min(max(Self.usualBytes / bytes, Self.sizes.lowerBound), Self.sizes.upperBound)
        most = min(
            max(Self.usualBytes / (numbers * MemoryLayout<Float>.size), Self.blocks.lowerBound), Self.blocks.upperBound)
    }

    /// Writes all shards that are missing.
    /// - Parameter report: Called with the number of samples done and the unreadable ones among them.
    func write(report: (Int, SampleShard.Unreadable) throws -> Void) throws {
        // If it fails, nothing is decoded any more when the process exits.
        defer { _ = decoder.exchange([]) }
        let isFinished = try (0..<(plan.count + size - 1) / size).map(takeOver)
        try report(done, unreadable)
        var (place, pending, bytes): (Int, [RawSample], Int) = (0, [], 0)
        func flush() throws {
            try exchange(pending, of: max(0, place - 1) / size)
            (pending, bytes) = ([], 0)
            try report(done, unreadable)
        }
        try rows.forEachSample { sample in
            preview.look(at: sample, place: place)
            place += 1
            guard place <= plan.count else { throw changed("more") }
            guard !isFinished[(place - 1) / size] else { return }
            pending.append(sample)
            bytes += sample.byteCount
            // All samples that are decoded together belong to the same shard.
            if pending.count == most || bytes > Self.mostPending || place.isMultiple(of: size) { try flush() }
        }
        guard place == plan.count else { throw changed("fewer") }
        try flush()
        try flush()
    }

    /// The data changed between the passes, so neither its digest nor what was learned from it fits any longer.
    private func changed(_ amount: String) -> Failure {
        Failure(
            .conflict,
            "The data changed while it was being read: it has \(amount) samples than the \(plan.count) counted before. "
                + "Start again when nothing writes to it.")
    }

    /// Whether a shard was finished before; its unreadable samples count.
    private func takeOver(_ number: Int) throws -> Bool {
        paths.append(folder.path(number))
        guard let shard = folder.shard(number), let left = shard.metadata["unreadable"],
            let unreadable = try? JSONDecoder().decode(SampleShard.Unreadable.self, from: Data(left.utf8))
        else { return false }
        self.unreadable.add(unreadable)
        done += size(of: number)
        return true
    }

    private func size(of number: Int) -> Int { min(size, plan.count - number * size) }

    /// Stores the decoded samples and starts to decode the next ones.
    private func exchange(_ samples: [RawSample], of number: Int) throws {
        for (sample, outcome) in decoder.exchange(samples) {
            try shard.add(sample, outcome)
            if case .unreadable(let reason) = outcome { unreadable.add(sample.place, reason) }
            done += 1
        }
        if shard.count == size(of: decoding) {
            try shard.write(to: folder.path(decoding))
            shard = SampleShard(names, plan.manifest)
        }
        decoding = number
    }
}

extension RawSample {
    /// Approximate size of what the cells hold.
    fileprivate var byteCount: Int {
        cells.joined().reduce(0) { sum, cell in
            switch cell {
            case .bytes(let bytes): sum + bytes.count
            case .array(let array): sum + array.values.count * MemoryLayout<Float>.size
            case .text(let text): sum + text.utf8.count
            case .list(let cells): sum + cells.count * MemoryLayout<Cell>.size
            case .missing, .number: sum
            }
        }
    }
}
