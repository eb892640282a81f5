extension ScenarioFile {
    /// What networks are written of layer by layer, where the scenario wishes.
    static func layers(_ search: FieldReader) throws -> Scenario.Layers? {
        let keys = ["most", "kernels", "heights", "widths", "strides"]
        guard let fields = try search.fields("layers", keys: keys) else { return nil }
        for other in ["structures", "widths"] where search.keys.contains(other) {
            throw search.wrong(other, "networks are either whole structures or written by 'layers'; leave one out.")
        }
        let usual = Scenario.Layers()
        return Scenario.Layers(
            most: try fields.integer("most", in: Scenario.Layers.mostRange) ?? usual.most,
            kernels: try fields.integers("kernels", in: Scenario.Layers.kernelRange) ?? usual.kernels,
            heights: try sides("heights", fields) ?? usual.heights, widths: try sides("widths", fields) ?? usual.widths,
            strides: try fields.integers("strides", in: Scenario.Layers.strideRange) ?? usual.strides)
    }

    private static func sides(_ key: String, _ fields: FieldReader) throws -> [Int]? {
        let sides = try fields.integers(key, in: Scenario.Layers.sideRange)
        if let even = sides?.first(where: { $0.isMultiple(of: 2) }) {
            throw fields.wrong(key, "\(even) is even; kernels with a middle are needed, such as 1, 3 and 5.")
        }
        return sides
    }
}

extension FieldReader {
    /// The whole numbers under a key, each once.
    fileprivate func integers(_ key: String, in range: ClosedRange<Int>) throws -> [Int]? {
        let bounds = Double(range.lowerBound)...Double(range.upperBound)
        guard let numbers = try numbers(key, in: bounds) else { return nil }
        if let broken = numbers.first(where: { $0 != $0.rounded() }) {
            throw wrong(key, "\(broken) is no whole number.")
        }
        guard Set(numbers).count == numbers.count else { throw wrong(key, "a number stands there twice.") }
        return numbers.map { Int($0) }
    }
}
