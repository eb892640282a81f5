import Testing

@testable import Torch

struct ContinualTests {
    private static func samples(_ labels: [Int32], value: Float) throws -> SampleSource {
        try .computed(
            labels.map { _ in value }, name: "x", shape: [1], labels: labels, classes: 40)
    }

    @Test func `each earlier class is learned again as often as the most frequent new one`() throws {
        let new = try Self.samples([8, 8, 8, 8, 8, 8, 9], value: 1)
        let kept = try Self.samples([0, 0, 1, 2, 2, 2, 2, 2, 2, 2, 2], value: 0)
        let mixed = try ContinualTraining.mixed(new, kept)
        let counts = Dictionary(grouping: mixed.labels ?? [], by: \.self).mapValues(\.count)
        #expect(counts == [0: 6, 1: 6, 2: 8, 8: 6, 9: 1])
    }

    @Test func `with many classes only as many samples are repeated as time allows`() throws {
        let new = try Self.samples([39, 39, 39], value: 1)
        let kept = try Self.samples((0..<39).map { $0 }, value: 0)
        #expect(try ContinualTraining.mixed(new, kept).count == 3 + 39)
        let two = try Self.samples([0, 1], value: 0)
        #expect(try ContinualTraining.mixed(new, two).count == 3 + 6)
        let limit = ContinualTraining.mostReplay * new.count
        let others = try Self.samples((0..<30).map { $0 }, value: 0)
        #expect(try ContinualTraining.mixed(new, others).count - new.count <= limit)
    }

    @Test func `a memory is shared by sources and classes, and unused shares go to others`() throws {
        let first = try Self.samples([Int32](repeating: 0, count: 20) + [1, 1], value: 0)
        let second = try Self.samples([Int32](repeating: 0, count: 20), value: 1)
        let kept = try #require(try ContinualTraining.memory(of: [first, second], samples: 12, seed: 1))
        #expect(kept.count == 12)
        #expect((kept.labels ?? []).count { $0 == 1 } == 2)
        #expect(try ContinualTraining.memory(of: [first], samples: 500, seed: 1)?.count == 22)
    }
}
