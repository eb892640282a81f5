/// A set of raw data that Gyrus can read, by name.
public struct KnownDataset: Hashable, Sendable {
    /// What a set holds.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Pictures with a label each.
        case image
        /// Recordings with a label each.
        case audio
        /// Recordings to be added to others; their labels are not used.
        case noise
        /// Sequences of frames in which people are followed.
        case video
    }

    /// Its name in scenarios.
    public let name: String
    /// What it holds.
    public let kind: Kind
    /// What the labels say; sets can be paired where it is the same, such as `digits`. Empty for noise.
    public let labels: [String]
    /// Whether Gyrus makes the data itself.
    public let isSynthetic: Bool
    /// One line for people.
    public let summary: String

    /// All known sets.
    public static let all: [KnownDataset] = [
        KnownDataset(
            name: "mnist", kind: .image, labels: digits, isSynthetic: false,
            summary: "MNIST, handwritten digits, 28×28, 60,000 for training and 10,000 for test"),
        KnownDataset(
            name: "fsdd", kind: .audio, labels: digits, isSynthetic: false,
            summary:
                "Free Spoken Digit Dataset, spoken digits, 8 kHz, recordings 0 to 4 of each digit and speaker for test"),
        KnownDataset(
            name: "esc10", kind: .noise, labels: [], isSynthetic: false,
            summary: "ESC-10, environmental sounds of 5 s, in folds"),
        KnownDataset(
            name: "mot15", kind: .video, labels: people, isSynthetic: false,
            summary: "MOTChallenge 2015, training sequences with ground truth and cached detections"),
        KnownDataset(
            name: "mot16", kind: .video, labels: people, isSynthetic: false,
            summary: "MOTChallenge 2016, training sequences with ground truth and cached detections"),
        KnownDataset(
            name: "mot17", kind: .video, labels: people, isSynthetic: false,
            summary: "MOTChallenge 2017, training sequences with ground truth and cached detections"),
        KnownDataset(
            name: "synthetic-digits", kind: .image, labels: digits, isSynthetic: true,
            summary: "Digits that Gyrus draws itself, 28×28"),
        KnownDataset(
            name: "synthetic-tones", kind: .audio, labels: digits, isSynthetic: true,
            summary: "Gliding tones that Gyrus makes itself, one melody for each digit"),
        KnownDataset(
            name: "synthetic-noise", kind: .noise, labels: [], isSynthetic: true,
            summary: "Hum, hiss and crackle that Gyrus makes itself"),
    ]

    private static let digits = (0...9).map(String.init)
    private static let people = ["person"]

    /// The set of a name.
    /// - Parameter field: Where the name was given, for the message.
    /// - Throws: `Failure` naming the field, and the closest known name.
    public static func named(_ name: String, kind: Kind? = nil, field: String) throws -> KnownDataset {
        let candidates = all.filter { kind == nil || $0.kind == kind }
        if let dataset = candidates.first(where: { $0.name == name }) { return dataset }
        if let other = all.first(where: { $0.name == name }), let kind {
            throw Failure(
                .invalidArgument,
                "\(field): '\(name)' holds \(other.kind.rawValue), but \(kind.rawValue) is needed here.")
        }
        let names = candidates.map(\.name)
        throw Failure(
            .invalidArgument,
            "\(field): there is no dataset '\(name)'.\(NearestName.question(name, among: names)) "
                + "Known are \(names.joined(separator: ", ")).")
    }

    /// The set that stands in for this one where its data is not at hand; nil where nothing can. Synthetic sets stand for
    /// themselves.
    public var substitute: String? {
        switch kind {
        case .image: "synthetic-digits"
        case .audio: "synthetic-tones"
        case .noise: "synthetic-noise"
        case .video: nil
        }
    }

    /// The set that stands in for this one.
    /// - Throws: `Failure` with code `invalid-argument` where there is none.
    public var synthetic: String {
        get throws {
            if let substitute { return substitute }
            throw Failure(
                .invalidArgument,
                "dataset: Gyrus makes no data in place of '\(name)'; name the folder that holds it with $GYRUS_DATA.")
        }
    }
}
