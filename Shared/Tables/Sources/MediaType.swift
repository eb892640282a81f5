public import Model

/// What a file's name says about its content.
public enum MediaType: String, Hashable, Sendable, Codable, CaseIterable {
    /// A picture.
    case image
    /// A sound.
    case audio
    /// A text in its own file.
    case text

    /// What names of files end in that the readers of pictures (OpenCV), sounds (libsndfile) and texts know.
    private static let endings: [String: MediaType] = {
        let all: [(MediaType, String)] = [
            (.image, "jpg jpeg jpe jfif png bmp dib tif tiff webp gif ppm pgm pbm pnm jp2"),
            (.audio, "wav wave flac ogg oga opus mp3 aif aiff aifc au snd caf w64 rf64"), (.text, "txt text md"),
        ]
        let pairs = all.flatMap { type, names in names.split(separator: " ").map { (String($0), type) } }
        return Dictionary(uniqueKeysWithValues: pairs)
    }()

    /// The type that the end of a name stands for.
    public init?(fileName: String) {
        guard let point = fileName.utf8.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        let ending = fileName[fileName.utf8.index(after: point)...]
        guard (1...5).contains(ending.utf8.count), let type = Self.endings[ending.lowercased()] else { return nil }
        self = type
    }

    /// The kind of modality that such files make.
    public var modality: ModalityKind {
        switch self {
        case .image: .image
        case .audio: .audio
        case .text: .text
        }
    }
}
