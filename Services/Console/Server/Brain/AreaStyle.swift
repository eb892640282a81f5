/// The color of an area, the same on all pages.
enum AreaStyle {
    /// Words that identify areas, functions and modalities in names, more specific ones first.
    private static let words: [(style: String, words: [String])] = [
        ("emotion", ["emotion"]),
        ("vision", ["vision", "image", "visual", "face", "motion", "colour", "color", "shape"]),
        ("audition", ["audition", "audio", "music", "sound", "hear"]), ("language", ["language", "speech", "text"]),
        ("action", ["action"]), ("interoception", ["interoception"]),
        ("cognition", ["cognition"]), ("perception", ["perception"]),
    ]

    /// CSS class of an area, function or modality.
    static func style(of name: String) -> String {
        let name = name.lowercased()
        return words.first { entry in entry.words.contains { name.contains($0) } }?.style ?? "other"
    }
}
