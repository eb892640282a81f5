extension DatasetRecipe {
    /// What networks learn to answer.
    public var target: Target {
        Target(.classification, names: presets.values.first?.classes ?? [])
    }

    /// The input that networks read for each modality.
    public var inputs: [String: InputSignature] {
        presets.reduce(into: [:]) { inputs, preset in
            inputs[preset.key] = preset.value.input(side: modalities[preset.key]?.spectrogram)
        }
    }

    /// The video modality; nil if the recipe has none.
    public var video: Modality? {
        presets.first { $0.value.kind == .video }.flatMap { modalities[$0.key] }
    }

    /// The same recipe on data that Gyrus generates.
    /// - Throws: `Failure` with code `invalid-argument` if Gyrus cannot generate such data.
    public func substitutingSyntheticData() throws -> DatasetRecipe {
        let substituted = try modalities.mapValues { modality in
            var modality = modality
            modality.dataset = try Preset.named(modality.dataset, field: "dataset").generated
            modality.noise = try modality.noise.map { try Preset.named($0, field: "noise").generated }
            return modality
        }
        return try DatasetRecipe(
            modalities: substituted, split: split, mixes: mixes, counts: counts, seed: seed, labels: labels)
    }

    /// The preset of each modality.
    private var presets: [String: Preset] {
        modalities.compactMapValues { modality in Preset.all.first { $0.name == modality.dataset } }
    }
}

extension DataLocator {
    /// The names of a recipe's datasets that are not on this machine, sorted.
    public func missing(for recipe: DatasetRecipe) -> [String] {
        let names = Set(recipe.modalities.values.flatMap { [$0.dataset, $0.noise].compactMap { $0 } })
        return Preset.all.filter { names.contains($0.name) && !$0.isGenerated }.map(\.name)
            .filter { (try? folder(of: $0)) == nil }.sorted()
    }

    /// The recipe itself if all its data is available, else the same recipe on data that Gyrus generates.
    ///
    /// Only for callers that tell the user about it; the returned recipe names the data that is used.
    public func substituting(_ recipe: DatasetRecipe) throws -> DatasetRecipe {
        try missing(for: recipe).isEmpty ? recipe : recipe.substitutingSyntheticData()
    }
}
