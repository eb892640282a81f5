import Model

/// A modality of pictures: the seed splits the official training pictures into training and validation.
struct ImageModality: ModalitySource {
    let shape: [Int]
    let candidates: PerSplit<[Int]>

    private let set: ImageSet
    private let energyRemoved: Double
    /// The official training pictures in the order in which they are assigned.
    private let order: [Int]
    private let validationCount: Int

    /// Share of the official training pictures that is kept for validation.
    private static let validationShare = 6

    init(_ settings: DatasetRecipe.Modality, set: ImageSet, seed: UInt64) {
        var generator = SplitMix64(seed: seed, purpose: "image.validation")
        let order = generator.shuffled(Array(set.training.labels.indices))
        let validationCount = order.count / Self.validationShare
        self.set = set
        self.order = order
        self.validationCount = validationCount
        shape = set.shape
        energyRemoved = settings.energyRemoved ?? 0
        candidates = PerSplit(
            training: order.dropFirst(validationCount).map { set.training.labels[$0] },
            validation: order.prefix(validationCount).map { set.training.labels[$0] }, test: set.test.labels)
    }

    func render(_ chosen: PerSplit<[Int]>) throws -> RenderedModality {
        let pixels = PerSplit(
            training: chosen.training.flatMap { set.training.pixels(order[validationCount + $0]) },
            validation: chosen.validation.flatMap { set.training.pixels(order[$0]) },
            test: chosen.test.flatMap { set.test.pixels($0) })
        guard energyRemoved > 0 else {
            return RenderedModality(rows: pixels, notes: [:], preparation: .picture(Self.preparation))
        }
        // The components are those of the training pictures only.
        let components = try PrincipalComponents(
            of: pixels.training, features: shape.reduce(1, *), energyRemoved: energyRemoved)
        let rebuilt = try pixels.map(components.rebuild)
        let (lowest, highest) = rebuilt.training.withUnsafeBufferPointer { ($0.min() ?? 0, $0.max() ?? 0) }
        let scale = highest > lowest ? 255 / (highest - lowest) : 0
        let rows = rebuilt.map { values in
            values.map { UInt8(min(max(($0 - lowest) * scale, 0), 255).rounded()) }
        }
        var preparation = Self.preparation
        preparation.projection = PictureProjection(
            mean: components.mean, components: components.components, lowest: lowest, highest: highest)
        return RenderedModality(
            rows: rows,
            notes: ["components": "\(components.count)", "kept-energy": "\(components.keptEnergy)"],
            preparation: .picture(preparation))
    }

    private static var preparation: PicturePreparation { PicturePreparation(fit: .crop, means: [0], deviations: [1]) }
}
