extension ScenarioFile {
    /// How networks are composed layer by layer; nil if the scenario does not ask for it.
    static func layers(_ search: FieldReader) throws -> Scenario.Layers? {
        guard let fields = try search.fields("layers") else { return nil }
        for other in ["structures", "widths"] where search.keys.contains(other) {
            throw search.wrong(
                other, "networks are either whole structures or composed with 'layers'; leave one of them out.")
        }
        let usual = Scenario.Layers()
        return Scenario.Layers(
            most: try fields.integer("most") ?? usual.most,
            kernels: try fields.integers("kernels") ?? usual.kernels,
            heights: try sides("heights", fields) ?? usual.heights, widths: try sides("widths", fields) ?? usual.widths,
            strides: try fields.integers("strides") ?? usual.strides)
    }

    private static func sides(_ key: String, _ fields: FieldReader) throws -> [Int]? {
        let sides = try fields.integers(key)
        if let even = sides?.first(where: { $0.isMultiple(of: 2) }) {
            throw fields.wrong(
                key, "\(even) is even; use odd sizes, such as 1, 3 and 5, so that kernels have a center.")
        }
        return sides
    }
}
