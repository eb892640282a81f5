import Foundation
import Model
import Preparation
import TestSupport
import Testing
import Torch

@testable import Datasets

/// New samples of presets are prepared like the samples that networks were trained on.
@Suite(.timeLimit(.minutes(5))) struct PresetPreparationTests {
    private static func module(_ preparation: Preparation, shape: [Int]) throws -> PreparationModule {
        let kind: ModalityKind = if case .picture = preparation { .image } else { .audio }
        return try PreparationModule(
            PreparationScript(
                DatasetManifest(
                    name: "x", settings: DataSettings(source: "x"), content: "",
                    inputs: [
                        "x": .init(signature: .init(kind: kind, shape: shape), columns: ["x"], preparation: preparation)
                    ],
                    target: Target(.classification, names: ["a", "b"]), counts: nil,
                    samples: .init(training: 1, validation: 1, test: 1))))
    }

    @Test(arguments: [0, 0.75, 0.3]) func `pictures are rebuilt from the same components, byte by byte`(
        _ removed: Double
    )
        throws
    {
        let set = try Preset.named("synthetic-digits", field: "")
            .pictures([1, 28, 28], locator: DataLocator(), seed: 5)
        let modality = ImageModality(
            .init(dataset: "synthetic-digits", energyRemoved: removed), set: set, seed: 5)
        let rendered = try modality.render(
            PerSplit(training: Array(0..<400), validation: [0], test: Array(0..<30)))
        let module = try Self.module(rendered.preparation, shape: modality.shape)
        let (height, width) = (set.shape[1], set.shape[2])
        let size = height * width
        for picture in 0..<30 {
            let raw = RawValue.pixels(set.test.pixels(picture), shape: [height, width, 1])
            let stored = rendered.rows.test[picture * size..<(picture + 1) * size].map(Float.init)
            #expect(try module.run("prepare_x", raw, count: size) == stored, "picture \(picture)")
        }
    }

    @Test(arguments: [64, 112]) func `recordings become the same spectrograms`(_ side: Int) throws {
        let speech = try Preset.named("synthetic-tones", field: "")
            .recordings(.init(rate: 8_000, samples: 8_000), locator: DataLocator(), seed: 5)
        let settings = DatasetRecipe.Modality(dataset: "synthetic-tones", spectrogram: side)
        let recipe = try DatasetRecipe(modalities: ["audio": settings])
        let modality = try AudioModality(settings, side: side, recipe: recipe, speech: speech, noise: nil)
        let rendered = try modality.render(PerSplit(training: [0], validation: [0], test: Array(0..<8)))
        let module = try Self.module(rendered.preparation, shape: modality.shape)
        let size = side * side
        for clip in 0..<8 {
            let samples = try speech.samples(modality.plan.test[clip].recording)
            let found = try module.run("prepare_x", .sound(samples, rate: 8_000), count: size)
            let stored = rendered.rows.test[clip * size..<(clip + 1) * size].map(Float.init)
            // The transform of one clip may differ from that of many in the last bit.
            #expect(zip(found, stored).allSatisfy { abs($0 - $1) <= 1 })
            #expect(zip(found, stored).count { $0 != $1 } <= size / 500)
        }
    }

    @Test func `a prepared dataset says how to prepare new samples, and keeps its recipe`() throws {
        let folder = try TemporaryDirectory()
        let recipe = try DatasetRecipe(
            modalities: [
                "image": .init(dataset: "synthetic-digits", energyRemoved: 0.75),
                "audio": .init(dataset: "synthetic-tones", spectrogram: 64),
            ], counts: .init(training: 60, validation: 20, test: 20))
        try DatasetPreparer().prepare(recipe, to: folder.path("data"))
        let dataset = try PreparedDataset(opening: folder.path("data"))
        let manifest = try #require(dataset.manifest)
        #expect(manifest.content == recipe.id)
        #expect(manifest.counts?.count == 10 && manifest.counts?.reduce(0, +) == 60)
        #expect(dataset.inputs == recipe.inputs && dataset.target == recipe.target)
        #expect(manifest.inputs.mapValues(\.signature) == recipe.inputs && manifest.target == recipe.target)
        let modality = try #require(try dataset.source(.training).modality("image"))
        guard case .picture(let picture)? = manifest.inputs["image"]?.preparation else {
            Issue.record("the image is no picture")
            return
        }
        #expect(abs(1 / picture.deviations[0] - modality.scales[0]) < 1e-8)
        #expect(abs(-picture.means[0] / picture.deviations[0] - modality.offsets[0]) < 1e-5)
    }
}
