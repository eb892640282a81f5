import Model
import Testing

@testable import Datasets

@Suite struct `Pairing by label` {
    private let images = (0..<100).map { $0 % 10 }
    private let clips = (0..<30).map { $0 / 3 }

    private func pair(_ count: Int, seed: UInt64 = 1) throws -> Pairing {
        try Pairing(of: ["image": images, "audio": clips], count: count, split: .training, seed: seed)
    }

    @Test func `all modalities of a sample have its label`() throws {
        let pairing = try pair(75)
        #expect(pairing.labels.count == 75)
        let audio = try #require(pairing.candidates["audio"])
        let image = try #require(pairing.candidates["image"])
        for (sample, label) in pairing.labels.enumerated() {
            #expect(clips[audio[sample]] == label)
            #expect(images[image[sample]] == label)
        }
    }

    @Test func `candidates are used equally often, plus or minus one`() throws {
        let audio = try #require(try pair(75).candidates["audio"])
        let uses = Dictionary(grouping: audio) { $0 }.values.map(\.count)
        #expect(uses.count == 30)
        #expect(uses.allSatisfy { (2...3).contains($0) })
        let image = try #require(try pair(100).candidates["image"])
        #expect(Dictionary(grouping: image) { $0 }.values.allSatisfy { (1...2).contains($0.count) })
    }

    @Test func `the seed decides`() throws {
        #expect(try pair(40).candidates == pair(40).candidates)
        #expect(try pair(40).candidates != pair(40, seed: 2).candidates)
    }

    @Test func `a larger dataset begins with the same samples`() throws {
        #expect(try Array(pair(90).labels.prefix(40)) == pair(40).labels)
    }

    @Test func `a class that is missing in a modality is named`() throws {
        let failure = try #require(throws: Failure.self) {
            try Pairing(of: ["image": [0, 0, 0, 0], "audio": [0, 1]], count: 4, split: .test, seed: 1)
        }
        #expect(failure.message.contains("'image'") && failure.message.contains("class 1"))
        #expect(throws: Failure.self) { try Pairing(of: ["image": []], count: 1, split: .test, seed: 1) }
    }
}
