import Model
import Testing
import Torch

@Suite struct FoldTests {
    private static func samples(_ labels: [Int32], groups: [Int32]? = nil, base: Int = 0) throws -> SampleSource {
        let rows = FloatRows(labels.indices.map { Float(base + $0) })
        return try SampleSource(
            target: Target(.classification, names: ["a", "b", "c"]),
            modalities: [
                .init(
                    name: "table", shape: [1], elementType: .float32, rows: UnsafeRawBufferPointer(rows.memory),
                    indices: labels.indices.map(Int32.init))
            ], answers: .classes(labels), groups: groups, owner: rows)
    }

    /// The number in the row of each sample.
    private static func values(_ source: SampleSource) throws -> [Float] {
        let modality = try #require(source.modality("table"))
        return modality.indices.flatMap { modality.values(ofRow: Int($0)) }
    }

    @Test func `each sample is held out once, with its own row, and classes are distributed evenly`() throws {
        let labels: [Int32] = (0..<60).map { $0 < 40 ? 0 : $0 < 55 ? 1 : 2 }
        let training = try Self.samples(Array(labels.prefix(45)))
        let all = try training.joined(with: try Self.samples(Array(labels.dropFirst(45)), base: 45))
        #expect(try Self.values(all) == (0..<60).map(Float.init))
        var heldOut: [Float] = []
        for number in 0..<5 {
            let parts = try all.parted(by: Fold(number, of: 5), seed: 3)
            let values = try Self.values(parts.validation)
            heldOut += values
            #expect(try (Self.values(parts.training) + values).sorted() == (0..<60).map(Float.init))
            #expect(parts.validation.labels == values.map { labels[Int($0)] })
            #expect([0, 1, 2].map { label in parts.validation.labels?.count { $0 == label } } == [8, 3, 1])
            #expect(try Self.values(all.parted(by: Fold(number, of: 5), seed: 3).validation) == values)
        }
        #expect(heldOut.sorted() == (0..<60).map(Float.init))
        #expect(try Self.values(all.parted(by: Fold(0, of: 5), seed: 4).validation) != Array(heldOut.prefix(12)))
    }

    @Test func `a group stays in one fold`() throws {
        let groups: [Int32] = (0..<90).map { Int32($0 * $0 % 11) }
        let samples = try Self.samples(groups.map { $0 % 3 }, groups: groups)
        for number in 0..<3 {
            let parts = try samples.parted(by: Fold(number, of: 3), seed: 1)
            let sides = [parts.training, parts.validation].map { Set($0.groups ?? []) }
            #expect(sides[0].isDisjoint(with: sides[1]) && !sides[1].isEmpty)
            #expect(parts.training.count + parts.validation.count == 90)
        }
    }

    @Test func `more folds than groups are refused`() throws {
        let samples = try Self.samples([0, 1, 2, 0], groups: [1, 1, 2, 2])
        #expect(throws: Failure.self) { try samples.parted(by: Fold(0, of: 3), seed: 1) }
        #expect(throws: Failure.self) { try Fold(3, of: 3) }
        #expect(throws: Failure.self) { try Fold(0, of: 1) }
    }
}

/// Rows of one number each.
private final class FloatRows: Sendable {
    nonisolated(unsafe) let memory: UnsafeMutableRawBufferPointer  // Written in init only.

    init(_ values: [Float]) {
        memory = .allocate(byteCount: values.count * 4, alignment: 16)
        values.withUnsafeBytes { memory.copyMemory(from: $0) }
    }

    deinit { memory.deallocate() }
}
