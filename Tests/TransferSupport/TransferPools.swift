import Datasets
import Foundation
import Model
import Torch

/// Real digits as rows of 28 × 28 numbers: written, spoken (as spectrograms), and spoken with noise.
struct TransferPools {
    static let side = 28

    /// Where the samples of a scenario come from.
    enum Kind: String, CaseIterable, Codable {
        case written, spoken, spokenInNoise, paired

        var datasets: [String] {
            switch self {
            case .written: ["mnist"]
            case .spoken: ["fsdd"]
            case .spokenInNoise: ["fsdd", "esc10"]
            case .paired: ["mnist", "fsdd"]
            }
        }
    }

    /// Rows with labels.
    struct Pool {
        var rows: [[Float]]
        var labels: [Int32]
    }

    private let pools: [Kind: (training: Pool, test: Pool)]

    /// Reads the real data.
    /// - Throws: `Failure` with code `not-found` if they are not on this machine.
    init(locator: DataLocator) throws {
        var pools: [Kind: (Pool, Pool)] = [:]
        for kind in Kind.allCases where kind != .paired { pools[kind] = try Self.read(kind, locator) }
        if let written = pools[.written], let spoken = pools[.spoken] {
            pools[.paired] = (Self.paired(written.0, spoken.0), Self.paired(written.1, spoken.1))
        }
        self.pools = pools
    }

    func training(_ kind: Kind) -> Pool { pools[kind]?.training ?? Pool(rows: [], labels: []) }

    func test(_ kind: Kind) -> Pool { pools[kind]?.test ?? Pool(rows: [], labels: []) }

    private static func read(_ kind: Kind, _ locator: DataLocator) throws -> (Pool, Pool) {
        let modality: DatasetRecipe.Modality =
            kind == .written
            ? .init(dataset: "mnist") : .init(dataset: "fsdd", noise: kind == .spoken ? nil : "esc10")
        let recipe = try DatasetRecipe(
            modalities: ["input": modality], mixes: 1, counts: .init(training: 2200, validation: 1, test: 250))
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-pool-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try DatasetPreparer(locator: locator).prepare(recipe, to: file.path)
        let dataset = try PreparedDataset(opening: file.path)
        return (try pool(dataset.source(.training)), try pool(dataset.source(.test)))
    }

    private static func pool(_ source: SampleSource) throws -> Pool {
        guard let modality = source.modalities.first, let width = modality.shape.last else {
            return Pool(rows: [], labels: [])
        }
        let rows = modality.indices.map { shrunk(modality.values(ofRow: Int($0)), side: width) }
        return Pool(rows: rows, labels: source.labels ?? [])
    }

    /// Means of blocks, so that a side of 112 becomes one of 28.
    private static func shrunk(_ row: [Float], side: Int) -> [Float] {
        let factor = side / Self.side
        guard factor > 1 else { return row }
        return (0..<Self.side * Self.side).map { place in
            var sum: Float = 0
            for y in 0..<factor {
                for x in 0..<factor {
                    sum += row[(place / Self.side * factor + y) * side + place % Self.side * factor + x]
                }
            }
            return sum / Float(factor * factor)
        }
    }

    /// A written and a spoken digit of the same class, one above the other.
    private static func paired(_ written: Pool, _ spoken: Pool) -> Pool {
        let byLabel = Dictionary(grouping: spoken.labels.indices) { spoken.labels[$0] }
        var result = Pool(rows: [], labels: [])
        for (index, label) in written.labels.enumerated() {
            guard let others = byLabel[label], !others.isEmpty else { continue }
            let other = spoken.rows[others[index % others.count]]
            result.rows.append(zip(written.rows[index], other).map { ($0 + $1) / 2 })
            result.labels.append(label)
        }
        return result
    }
}

/// Changes to samples of a kind.
struct TransferVariant: Hashable, Codable {
    var kind: TransferPools.Kind
    /// Quarter turns.
    var turns = 0
    /// Standard deviation of the added noise, relative to that of the values.
    var noise: Float = 0
    var isInverted = false
    /// Classes; empty for all.
    var classes: [Int32] = []

    /// The first samples of a pool, changed; another seed gives other samples.
    func samples(of pool: TransferPools.Pool, count: Int, seed: UInt64) throws -> SampleSource {
        var generator = SplitMix64(seed: seed)
        var order = pool.labels.indices.filter { classes.isEmpty || classes.contains(pool.labels[$0]) }
        generator.shuffle(&order)
        let chosen = order.prefix(count)
        let rows = chosen.flatMap { changed(pool.rows[$0], &generator) }
        return try .computed(
            rows, name: "input", shape: [1, TransferPools.side, TransferPools.side],
            labels: chosen.map { pool.labels[$0] }, classes: 10)
    }

    private func changed(_ row: [Float], _ generator: inout SplitMix64) -> [Float] {
        let side = TransferPools.side
        var row = row
        for _ in 0..<turns {
            row = (0..<side * side).map { row[(side - 1 - $0 % side) * side + $0 / side] }
        }
        if isInverted { row = row.map { -$0 } }
        guard noise > 0 else { return row }
        // The sum of four uniform numbers is near enough to normal.
        return row.map { value in
            let sum = (0..<4).reduce(Float(0)) { sum, _ in sum + Float(generator.next() >> 40) * 0x1p-24 - 0.5 }
            return value + noise * sum * Float(3).squareRoot()
        }
    }
}
