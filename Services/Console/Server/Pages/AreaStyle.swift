/// The color of an area, everywhere the same.
enum AreaStyle {
    /// Words by which names of areas, functions and modalities are told apart, the more special ones first.
    private static let words: [(style: String, words: [String])] = [
        ("emotion", ["emotion"]),
        ("vision", ["vision", "image", "visual", "face", "motion", "colour", "color", "shape"]),
        ("audition", ["audition", "audio", "music", "sound", "hear"]), ("language", ["language", "speech", "text"]),
        ("action", ["action"]), ("interoception", ["interoception"]),
        ("cognition", ["cognition"]), ("perception", ["perception"]),
    ]

    /// Class of an area, a function or a modality.
    static func style(of name: String) -> String {
        let name = name.lowercased()
        return words.first { entry in entry.words.contains { name.contains($0) } }?.style ?? "other"
    }
}
