import Foundation
import Model
import Testing

@testable import Tables

/// How samples are split.
struct SplitTests {
    private func parts(
        _ samples: SplitMaker.Samples, _ split: DataSettings.Split = DataSettings.Split()
    ) throws -> (parts: [SamplePart], notes: [String]) {
        var maker = SplitMaker(split)
        let parts = try maker.parts(of: samples)
        return (parts, maker.notes)
    }

    private func samples(
        classes: [Int32], names: Int, groups: [Int32] = [], times: [Double] = [], given: [SamplePart?]? = nil
    ) -> SplitMaker.Samples {
        SplitMaker.Samples(
            given: given ?? Array(repeating: nil, count: max(classes.count, groups.count, times.count)),
            classes: classes, names: (0..<names).map { "c\($0)" }, groups: groups, times: times)
    }

    @Test func `every split has the same shares of classes`() throws {
        let classes = (0..<1_000).map { Int32($0 % 10 == 0 ? 1 : 0) }
        let parts = try parts(samples(classes: classes, names: 2)).parts
        for number in Int32(0)...1 {
            let own = zip(parts, classes).filter { $1 == number }.map(\.0)
            let share = Double(own.count { $0 == .test }) / Double(own.count)
            #expect(abs(share - 0.15) < 0.011)
        }
        #expect(parts.count { $0 == .training } == 700)
    }

    @Test func `the same seed gives the same splits, and another seed others`() throws {
        let made = samples(classes: (0..<200).map { Int32($0 % 4) }, names: 4)
        let first = try parts(made).parts
        #expect(try parts(made).parts == first)
        #expect(try parts(made, DataSettings.Split(seed: 2)).parts != first)
    }

    @Test func `no group is ever in two splits, whatever the groups and classes`() throws {
        var generator = SplitMix64(seed: 77)
        for _ in 0..<300 {
            let groups = 3 + generator.index(below: 40)
            let classes = 1 + generator.index(below: 8)
            let count = groups + generator.index(below: 400)
            let own = (0..<count).map { Int32($0 < groups ? $0 : generator.index(below: groups)) }
            let made = samples(
                classes: (0..<count).map { _ in Int32(generator.index(below: classes)) }, names: classes, groups: own)
            let split = DataSettings.Split(group: "who", seed: generator.next() >> 1)
            let parts = try parts(made, split).parts
            var seen: [Int32: SamplePart] = [:]
            for (part, group) in zip(parts, own) {
                #expect(seen[group] == nil || seen[group] == part)
                seen[group] = part
            }
            #expect(Set(parts) == Set(SamplePart.allCases))
        }
    }

    @Test func `groups are split so that shares are approximately right`() throws {
        let groups = (0..<3_000).map { Int32($0 / 3) }
        let parts = try parts(
            samples(classes: groups.map { $0 % 5 }, names: 5, groups: groups), DataSettings.Split(group: "g")
        ).parts
        #expect(abs(parts.count { $0 == .test } - 450) < 30)
        #expect(abs(parts.count { $0 == .validation } - 450) < 30)
    }

    @Test func `too few groups are refused`() throws {
        let made = samples(classes: [0, 1, 0, 1], names: 2, groups: [0, 0, 1, 1])
        let failure = #expect(throws: Failure.self) { try parts(made, DataSettings.Split(group: "speaker")) }
        #expect(failure?.message.contains("'speaker' has 2 different values") == true)
    }

    @Test func `the latest samples are the test split, and simultaneous ones stay together`() throws {
        let times = (0..<100).map { Double(($0 * 37 % 100) / 3) }
        let parts = try parts(samples(classes: [], names: 0, times: times), DataSettings.Split(time: "t")).parts
        let latest = zip(parts, times).filter { $0.0 == .training }.map(\.1).max() ?? 0
        let earliest = zip(parts, times).filter { $0.0 == .validation }.map(\.1).min() ?? 0
        let last = zip(parts, times).filter { $0.0 == .test }.map(\.1).min() ?? 0
        #expect(latest < earliest && earliest < last)
        #expect(Set(parts) == Set(SamplePart.allCases))
    }

    @Test func `classes with one or two samples are reported`() throws {
        let classes = (0..<60).map { _ in Int32(0) } + [1, 2, 2]
        let (parts, notes) = try parts(samples(classes: classes, names: 3))
        #expect(parts[60] == .training)
        #expect(Set(parts[61...]) == [.training, .test])
        #expect(notes.contains { $0.contains("2 classes have fewer than 3 samples") })
    }

    @Test func `given splits are kept, and missing ones are taken from training`() throws {
        let given: [SamplePart?] = (0..<100).map { $0 < 80 ? .training : .test }
        let parts = try parts(samples(classes: (0..<100).map { Int32($0 % 2) }, names: 2, given: given)).parts
        #expect(parts[80...].allSatisfy { $0 == .test })
        #expect(parts.count { $0 == .validation } == 12)
        #expect(!parts[..<80].contains(.test))
    }

    @Test func `three samples are enough`() throws {
        let parts = try parts(samples(classes: [], names: 0, given: [nil, nil, nil])).parts
        #expect(Set(parts) == Set(SamplePart.allCases))
    }
}
