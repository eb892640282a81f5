import CMedia
import Foundation
import Model

/// A decoded sound, with its channels mixed.
public struct Sound: Hashable, Sendable {
    /// Samples from −1 to 1.
    public let samples: [Float]
    /// Samples per second.
    public let rate: Int
    /// Duration of the whole file in seconds, of which at most `longest` were read.
    public let duration: Double

    /// Maximum number of seconds that are read from a file: ten minutes.
    public static let longest = 600.0

    /// Decodes the bytes of a WAV, FLAC, Ogg, MP3 or AIFF file.
    /// - Throws: `Failure` with code `corrupt` that says why it cannot be read.
    public init(decoding bytes: [UInt8], limit: Double = Sound.longest) throws {
        var sound = gyrus_sound()
        var error: UnsafeMutablePointer<CChar>?
        guard gyrus_sound_decode(bytes, bytes.count, limit, &sound, &error) else {
            throw Failure(.corrupt, takeMessage(error))
        }
        defer { free(sound.samples) }
        samples = Array(UnsafeBufferPointer(start: sound.samples, count: Int(sound.count)))
        rate = Int(sound.rate)
        duration = Double(sound.total) / Double(sound.rate)
    }
}
