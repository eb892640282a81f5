import Foundation
import Model
import TestSupport
import Testing
import Torch

@testable import Datasets

@Suite(.enabled(if: RealData.isHere, Comment(rawValue: RealData.reason)), .timeLimit(.minutes(10)))
struct `Real audio-visual MNIST` {
    @Test func `all of MNIST is read`() throws {
        let set = try Preset.named("mnist", field: "").pictures([1, 28, 28], locator: RealData.locator, seed: 1)
        #expect(set.training.labels.count == 60_000)
        #expect(set.test.labels.count == 10_000)
        #expect(Array(set.training.labels.prefix(5)) == [5, 0, 4, 1, 9])
        #expect(Array(set.test.labels.prefix(5)) == [7, 2, 1, 0, 4])
        #expect(set.training.pixels(0).map(Int.init).reduce(0, +) == 27_525)
    }

    @Test func `every recording and noise clip is read`() throws {
        let clip = Preset.Clip(rate: 8000, samples: 8000)
        let speech = try Preset.named("fsdd", field: "").recordings(clip, locator: RealData.locator, seed: 1)
        #expect(speech.recordings.count == 2500)
        #expect(Set(speech.recordings.map(\.speaker)) == ["george", "jackson", "lucas", "nicolas", "theo"])
        #expect(speech.recordings.count(where: \.isTest) == 250)
        for index in speech.recordings.indices { #expect(try speech.samples(index).count > 1000) }
        let noise = try Preset.named("esc10", field: "").noise(for: clip, locator: RealData.locator, seed: 1)
        #expect(noise.clips.count == 320)
        let parts = try noise.split()
        #expect(parts.training.count == 160 && parts.validation.count == 80 && parts.test.count == 80)
        // Clips cut from one recording share the second part of their name.
        let origins = parts.map { Set($0.map { noise.clips[$0].name.split(separator: "-")[1] }) }
        #expect(origins.training.union(origins.validation).isDisjoint(with: origins.test))
        #expect(origins.training.isDisjoint(with: origins.validation))
    }

    @Test func `a small dataset is prepared identically twice`() throws {
        let folder = try TemporaryDirectory()
        let recipe = try DatasetRecipe(
            modalities: [
                "image": .init(dataset: "mnist", energyRemoved: 0.75),
                "audio": .init(dataset: "fsdd", noise: "esc10"),
            ], counts: .init(training: 2000, validation: 100, test: 100))
        let preparer = DatasetPreparer(locator: RealData.locator)
        try preparer.prepare(recipe, to: folder.path("one"))
        try preparer.prepare(recipe, to: folder.path("two"))
        let one = try Data(contentsOf: folder.url.appending(path: "one"))
        #expect(try one == Data(contentsOf: folder.url.appending(path: "two")))
        let dataset = try PreparedDataset(opening: folder.path("one"))
        #expect(dataset.notes["image.components"] == "3")
        #expect(try dataset.source(.test).count == 100)
    }
}
