/// Converts numbers of bytes to and from text.
public enum ByteCount {
    private static let units: [(name: String, bytes: UInt64)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
    ]

    /// Reads a number with a unit, such as `20GB` or `1.5 GiB`; nil if the text is not one.
    public static func parse(_ text: String) -> UInt64? {
        guard let unit = units.first(where: { text.lowercased().hasSuffix($0.name.lowercased()) }) else { return nil }
        let number = text.dropLast(unit.name.count).filter { $0 != " " }
        guard let value = Double(number), value >= 0, value * Double(unit.bytes) < 0x1p60 else { return nil }
        return UInt64((value * Double(unit.bytes)).rounded())
    }

    /// The number with three digits and a binary unit, such as `139 GiB`.
    public static func text(_ bytes: UInt64) -> String {
        guard let unit = units[..<4].last(where: { bytes >= $0.bytes }) else { return "\(bytes) B" }
        let value = Double(bytes) / Double(unit.bytes)
        let digits = value < 10 ? (value * 10).rounded() / 10 : value.rounded()
        return "\(digits == digits.rounded() ? "\(Int(digits))" : "\(digits)") \(unit.name)"
    }
}
