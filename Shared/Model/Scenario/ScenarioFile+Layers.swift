extension ScenarioFile {
    /// What networks are written of layer by layer, where the scenario wishes.
    static func layers(_ search: FieldReader) throws -> Scenario.Layers? {
        guard let fields = try search.fields("layers") else { return nil }
        for other in ["structures", "widths"] where search.keys.contains(other) {
            throw search.wrong(other, "networks are either whole structures or written by 'layers'; leave one out.")
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
            throw fields.wrong(key, "\(even) is even; kernels with a middle are needed, such as 1, 3 and 5.")
        }
        return sides
    }
}
