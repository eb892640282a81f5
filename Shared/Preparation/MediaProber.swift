import Foundation
import Media
import Model
public import Tables

/// Examines pictures and sounds by decoding them.
public struct MediaProber: MediaProbe {
    /// Makes a prober.
    public init() {}

    /// Properties of a file.
    public func probe(_ type: MediaType, path: String) throws -> MediaFacts {
        guard let content = FileManager.default.contents(atPath: path) else {
            throw Failure(.notFound, "it cannot be read")
        }
        return try probe(type, bytes: [UInt8](content))
    }

    /// Properties of a file's content.
    public func probe(_ type: MediaType, bytes: [UInt8]) throws -> MediaFacts {
        switch type {
        case .image:
            let picture = try Picture(decoding: bytes)
            return MediaFacts(width: picture.width, height: picture.height, channels: picture.channels)
        case .audio:
            let sound = try Sound(decoding: bytes)
            return MediaFacts(
                channels: 1, seconds: sound.duration, usedSeconds: min(sound.duration, Sound.longest), rate: sound.rate)
        case .text: return MediaFacts()
        }
    }
}
