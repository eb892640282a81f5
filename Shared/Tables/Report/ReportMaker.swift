import Foundation
import Glibc
import Model

extension SampleTable {
    /// Examines every sample once more: sizes, lengths, duplicates and unreadable files.
    /// - Parameter probe: Examines pictures and sounds; without one, only the existence of files is checked.
    public func report(probe: (any MediaProbe)? = nil) throws -> DataReport {
        var maker = ReportMaker(table: self, probe: probe)
        try forEachRow { maker.add($0) }
        return try maker.report()
    }
}

/// Gathers what a report says about samples.
struct ReportMaker {
    private static let listedFiles = 20
    private static let listedSamples = 10

    let table: SampleTable
    let probe: (any MediaProbe)?
    private var hashes: [UInt64] = []
    private var answers: [UInt64] = []
    private var parts: [SamplePart] = []
    private var measures: [[String: QuantileSketch]]
    private var missing: [Int]
    private var unreadable = 0
    private var unreadableFiles: [DataReport.UnreadableFile] = []
    /// Number of sounds of which only the beginning is used, and the first of them.
    private var long: (count: Int, first: String, seconds: Double) = (0, "", 0)
    private var samples: [DataReport.Sample] = []
    private let total: Int

    init(table: SampleTable, probe: (any MediaProbe)?) {
        self.table = table
        self.probe = probe
        measures = table.modalities.map { _ in [:] }
        missing = table.modalities.map { _ in 0 }
        total = table.counts.training + table.counts.validation + table.counts.test
    }

    /// Adds a sample.
    mutating func add(_ sample: SampleRow) {
        var hash: UInt64 = 11
        for (index, modality) in table.modalities.enumerated() {
            var isThere = false
            for column in modality.columns {
                let (key, isPresent) = content(of: column, of: sample, modality: index)
                hash = Hash.mix(hash, key)
                isThere = isThere || isPresent
            }
            if !isThere { missing[index] += 1 }
        }
        hashes.append(hash)
        answers.append(Self.hash(of: sample.answer))
        parts.append(sample.part)
        let wanted = samples.count * total / Self.listedSamples
        if samples.count < Self.listedSamples && sample.index >= wanted { samples.append(example(sample)) }
    }

    private mutating func content(
        of index: Int, of sample: SampleRow, modality: Int
    ) -> (key: UInt64, isPresent: Bool) {
        let column = table.columns[index]
        let cell = sample.cell(index)
        guard cell != .missing else { return (1, false) }
        if column.kind.isFile { return media(cell, index, of: sample, modality: modality) }
        if column.kind == .text, case .text(let text) = cell { note("characters", Double(text.count), modality) }
        if column.kind.isList {
            if let shape = cell.numbers?.shape, let steps = shape.first {
                note("steps", Double(steps), modality)
                note("channels", Double(shape.count > 1 ? shape[1] : 1), modality)
            } else if case .list(let cells) = cell {
                note("steps", Double(cells.count), modality)
            }
        }
        return (Hash.cell(cell), true)
    }

    private mutating func media(
        _ cell: Cell, _ index: Int, of sample: SampleRow, modality: Int
    ) -> (key: UInt64, isPresent: Bool) {
        let kind = table.columns[index].kind
        let type: MediaType = kind == .image ? .image : kind == .audio ? .audio : .text
        do {
            switch cell {
            case .bytes(let bytes):
                if let probe, type != .text { note(try probe.probe(type, bytes: bytes), of: sample, modality) }
            case .array(let array):
                note("height", Double(array.shape.first ?? 0), modality)
                note("width", Double(array.shape.dropFirst().first ?? 0), modality)
            default:
                switch sample.path(index) {
                case .nothing(let reason): throw Failure(.notFound, reason)
                case .file(let path):
                    if type == .text {
                        let text = try TextStream.contents(of: path, encoding: table.settings.encoding)
                        note("characters", Double(text.count), modality)
                    } else if let probe {
                        note(try probe.probe(type, path: path), of: sample, modality)
                    }
                    return (try Self.hash(ofFile: path), true)
                }
            }
            return (Hash.cell(cell), true)
        } catch {
            unreadable += 1
            if unreadableFiles.count < Self.listedFiles {
                let reason = (error as? Failure)?.message ?? "\(error)"
                unreadableFiles.append(
                    DataReport.UnreadableFile(place: sample.place, file: cell.description, reason: reason))
            }
            // Nothing is known about it, so it equals nothing.
            return (Hash.mix(UInt64(sample.index), 17), false)
        }
    }

    private mutating func note(_ facts: MediaFacts, of sample: SampleRow, _ modality: Int) {
        if let used = facts.usedSeconds, let all = facts.seconds, used < all {
            if long.count == 0 { (long.first, long.seconds) = (sample.place, used) }
            long.count += 1
        }
        let known: [(String, Double?)] = [
            ("width", facts.width.map(Double.init)), ("height", facts.height.map(Double.init)),
            ("channels", facts.channels.map(Double.init)), ("seconds", facts.seconds),
            ("rate", facts.rate.map(Double.init)),
        ]
        for (name, value) in known { if let value { note(name, value, modality) } }
    }

    private mutating func note(_ name: String, _ value: Double, _ modality: Int) {
        measures[modality][name, default: QuantileSketch()].add(value)
    }

    private static func hash(ofFile path: String) throws -> UInt64 {
        let stream = try FileStream(path)
        var hash: UInt64 = 19
        while true {
            let bytes = try stream.bytes(1 << 18)
            if bytes.isEmpty { return hash }
            hash = bytes.withUnsafeBufferPointer { Hash.bytes($0, seed: hash) }
        }
    }

    private static func hash(of answer: SampleAnswer) -> UInt64 {
        switch answer {
        case .class(let number): Hash.mix(1, UInt64(number))
        case .labels(let labels): labels.reduce(2) { Hash.mix($0, UInt64($1)) }
        case .numbers(let numbers): numbers.reduce(3) { Hash.mix($0, $1.bitPattern) }
        }
    }

    private func example(_ sample: SampleRow) -> DataReport.Sample {
        let names = table.target.target.names
        let answer =
            switch sample.answer {
            case .class(let number): names[number]
            case .labels(let labels): labels.map { names[$0] }.joined(separator: ", ")
            case .numbers(let numbers): numbers.map(NumberText.description).joined(separator: ", ")
            }
        let shown = table.modalities.flatMap(\.columns)
        let values = shown.map { (table.columns[$0].name, String(sample.cell($0).description.prefix(200))) }
        return DataReport.Sample(
            place: sample.place, part: sample.part, answer: answer,
            values: Dictionary(values, uniquingKeysWith: { first, _ in first }))
    }

    // MARK: - The report

    func report() throws -> DataReport {
        let names = table.target.target.names
        return DataReport(
            source: DataFolder.real(table.settings.source) ?? table.settings.source, form: table.form,
            rows: table.rowCount, samples: table.counts, columns: table.columns.map(Self.column),
            modalities: table.modalities.enumerated().map { index, modality in
                DataReport.Modality(
                    name: modality.name, kind: modality.kind, columns: modality.columns.map { table.columns[$0].name },
                    measures: measures[index].mapValues { DataReport.Quantiles(values: $0.quantiles) },
                    missing: missing[index])
            }, target: table.target.target, targetColumns: table.target.columns.map { table.columns[$0].name },
            guess: table.target.guess,
            classes: zip(names, table.target.counts).map { DataReport.Class(name: $0, count: $1) },
            duplicates: try duplicates(), unreadable: unreadable, unreadableFiles: unreadableFiles, examples: samples,
            suggestedGroup: table.suggestedGroup, notes: table.notes + notes, settings: table.foundSettings)
    }

    private var notes: [String] {
        guard long.count > 0 else { return [] }
        return [
            "\(long.count) sounds are longer than \(NumberText.description(of: long.seconds)) seconds, and only their "
                + "beginnings are used, starting with \(long.first)."
        ]
    }

    private static func column(_ column: SampleColumn) -> DataReport.Column {
        let role =
            switch column.role {
            case .input: "input"
            case .target: "target"
            case .group: "group"
            case .split: "split"
            case .time: "time"
            case .left(let reason): "left out: it \(reason)"
            }
        return DataReport.Column(
            name: column.name, kind: column.kind, role: role, missing: column.missing,
            firstMissing: column.firstMissing, distinct: column.distinct, minimum: column.minimum,
            maximum: column.maximum, mean: column.mean, examples: column.examples)
    }

    private func duplicates() throws -> DataReport.Duplicates {
        var found = DataReport.Duplicates()
        let order = hashes.indices.sorted { (hashes[$0], $0) < (hashes[$1], $1) }
        var start = 0
        var pair: (Int, Int)?
        while start < order.count {
            var end = start + 1
            while end < order.count, hashes[order[end]] == hashes[order[start]] { end += 1 }
            if end - start > 1 {
                let group = order[start..<end]
                let parts = Set(group.map { self.parts[$0] })
                found.within += group.count - parts.count
                if parts.count > 1 {
                    let first = parts.contains(.training) ? SamplePart.training : .validation
                    found.across += group.count { self.parts[$0] != first }
                }
                if Set(group.map { answers[$0] }).count > 1 { found.contradicting += group.count }
                if pair == nil { pair = (order[start], order[start + 1]) }
            }
            start = end
        }
        if let pair {
            var places: [String] = []
            try table.forEachRow { if $0.index == pair.0 || $0.index == pair.1 { places.append($0.place) } }
            found.first = places
        }
        return found
    }
}

/// Quantiles of many values, from a sample of them if there are very many.
struct QuantileSketch {
    private static let kept = 50_000
    private var values: [Double] = []
    private var count = 0
    private var (least, greatest) = (Double.infinity, -Double.infinity)
    private var generator = SplitMix64(seed: 5)

    mutating func add(_ value: Double) {
        count += 1
        least = min(least, value)
        greatest = max(greatest, value)
        if values.count < Self.kept {
            values.append(value)
        } else {
            let place = generator.index(below: count)
            if place < Self.kept { values[place] = value }
        }
    }

    /// Minimum, first quartile, median, third quartile, maximum.
    var quantiles: [Double] {
        let sorted = values.sorted()
        guard let last = sorted.indices.last else { return [] }
        return [least] + [0.25, 0.5, 0.75].map { sorted[Int((Double(last) * $0).rounded())] } + [greatest]
    }
}
