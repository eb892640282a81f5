import Model
import Testing

@Suite struct `Dataset recipes` {
    private func audioVisual(
        image: DatasetRecipe.Modality = .init(dataset: "mnist", energyRemoved: 0.75),
        audio: DatasetRecipe.Modality = .init(dataset: "fsdd", noise: "esc10")
    ) throws -> DatasetRecipe {
        try DatasetRecipe(modalities: ["image": image, "audio": audio])
    }

    @Test func `a recipe survives JSON with the same ID`() throws {
        let recipe = try DatasetRecipe(
            modalities: [
                "image": .init(dataset: "mnist", energyRemoved: 0.75),
                "audio": .init(dataset: "fsdd", noise: "esc10", signalToNoise: -2.5, spectrogram: 64),
            ], split: .speaker, mixes: 5, counts: .init(training: 10, validation: 20, test: 30), seed: .max)
        let read = try DatasetRecipe(json: recipe.canonicalJSON)
        #expect(read == recipe)
        #expect(read.id == recipe.id)
        #expect(
            recipe.canonicalJSON
                == #"{"counts":{"test":30,"training":10,"validation":20},"mixes":5,"modalities":{"audio":"#
                + #"{"dataset":"fsdd","noise":"esc10","signal-to-noise":-2.5,"spectrogram":64},"image":"#
                + #"{"dataset":"mnist","pca-energy-removed":0.75}},"seed":18446744073709551615,"split":"speaker"}"#)
    }

    @Test func `omitting a default and writing it give the same recipe`() throws {
        let written = DatasetRecipe.Modality(dataset: "fsdd", noise: "esc10", signalToNoise: 10, spectrogram: 112)
        #expect(try audioVisual().id == audioVisual(audio: written).id)
    }

    @Test func `another seed makes another recipe`() throws {
        let image = ["image": DatasetRecipe.Modality(dataset: "mnist")]
        #expect(try DatasetRecipe(modalities: image, seed: 1).id != DatasetRecipe(modalities: image, seed: 2).id)
    }

    @Test func `shapes and classes follow from the recipe`() throws {
        let recipe = try audioVisual(audio: .init(dataset: "fsdd", spectrogram: 64))
        #expect(recipe.inputs["image"]?.shape == [1, 28, 28])
        #expect(recipe.inputs["audio"]?.shape == [1, 64, 64])
        #expect(recipe.inputs["touch"] == nil)
        #expect(recipe.target == Target(.classification, names: (0...9).map(String.init)))
    }

    @Test func `synthetic data replaces real data under its own name`() throws {
        let recipe = try audioVisual().substitutingSyntheticData()
        #expect(recipe.modalities["image"]?.dataset == "synthetic-digits")
        #expect(recipe.modalities["audio"]?.dataset == "synthetic-tones")
        #expect(recipe.modalities["audio"]?.noise == "synthetic-noise")
        #expect(try recipe.substitutingSyntheticData() == recipe)
    }

    @Test(arguments: [
        (DatasetRecipe.Modality(dataset: "mnits"), "modalities.image.dataset", "Did you mean 'mnist'?"),
        (.init(dataset: "imagenet"), "modalities.image.dataset", "Known datasets: mnist, fsdd"),
        (.init(dataset: "esc10"), "modalities.image.dataset", "is noise"),
        (.init(dataset: "mnist", energyRemoved: 1), "modalities.image.pca-energy-removed", "below 1"),
        (.init(dataset: "mnist", energyRemoved: .nan), "modalities.image.pca-energy-removed", "below 1"),
        (.init(dataset: "mnist", noise: "esc10"), "modalities.image.noise", "only for audio"),
        (.init(dataset: "mnist", signalToNoise: 5), "modalities.image.signal-to-noise", "only for audio"),
        (.init(dataset: "mnist", spectrogram: 112), "modalities.image.spectrogram", "only for audio"),
        (.init(dataset: "fsdd", energyRemoved: 0.5), "modalities.image.pca-energy-removed", "only for images"),
        (.init(dataset: "fsdd", noise: "mnist"), "modalities.image.noise", "noise is needed here"),
        (.init(dataset: "fsdd", noise: "esc50"), "modalities.image.noise", "Did you mean 'esc10'?"),
        (.init(dataset: "fsdd", signalToNoise: 5), "modalities.image.signal-to-noise", "no noise is given"),
        (.init(dataset: "fsdd", noise: "esc10", signalToNoise: 99), "modalities.image.signal-to-noise", "99.0 dB"),
        (.init(dataset: "fsdd", spectrogram: 5000), "modalities.image.spectrogram", "64 to 256"),
    ])
    func `an invalid setting is refused with its field`(
        modality: DatasetRecipe.Modality, field: String, reason: String
    ) throws {
        let failure = try #require(throws: Failure.self) { try DatasetRecipe(modalities: ["image": modality]) }
        #expect(failure.code == .invalidArgument)
        #expect(failure.message.contains(field))
        #expect(failure.message.contains(reason))
    }

    @Test func `nonsensical recipes are refused`() throws {
        #expect(throws: Failure.self) { try DatasetRecipe(modalities: [:]) }
        #expect(throws: Failure.self) { try DatasetRecipe(modalities: ["a.b": .init(dataset: "mnist")]) }
        let image = ["image": DatasetRecipe.Modality(dataset: "mnist")]
        #expect(throws: Failure.self) { try DatasetRecipe(modalities: image, mixes: 0) }
        let failure = try #require(throws: Failure.self) {
            try DatasetRecipe(modalities: image, counts: .init(validation: 0))
        }
        #expect(failure.message.contains("counts.validation"))
    }

    @Test(arguments: ["", "[]", "{}", #"{"modalities":{"image":{}},"split":"recording"}"#])
    func `text that is not a recipe is refused`(text: String) {
        #expect(throws: Failure.self) { try DatasetRecipe(json: text) }
    }

    @Test func `the nearest name is suggested, but not a distant one`() {
        #expect(NearestName.of("MNST", among: ["mnist", "fsdd"]) == "mnist")
        #expect(NearestName.of("imagenet", among: ["mnist", "fsdd"]) == nil)
        #expect(NearestName.of("", among: ["ab"]) == nil)
        #expect(NearestName.of("x", among: []) == nil)
    }
}
