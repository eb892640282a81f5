import Model

/// Recordings of spoken classes.
struct SpeechSet: Sendable {
    /// One recording.
    struct Recording: Sendable, Hashable {
        let name: String
        /// The class by number.
        let label: Int
        let speaker: String
        /// Whether the authors of the set reserve it for test.
        let isTest: Bool
    }

    /// What networks hear of a recording.
    let clip: Preset.Clip
    /// In an order that does not depend on the order in which a folder lists its files.
    let recordings: [Recording]
    /// The samples of a recording, at the rate of clips.
    let samples: @Sendable (_ index: Int) throws -> [Float]
}
