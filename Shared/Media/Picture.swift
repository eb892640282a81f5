import CMedia
import Foundation
import Model

/// A decoded picture.
public struct Picture: Hashable, Sendable {
    /// Height in pixels.
    public let height: Int
    /// Width in pixels.
    public let width: Int
    /// 1 (gray), 3 (red, green, blue) or 4 (with opacity).
    public let channels: Int
    /// Rows of pixels, each with its channels, from 0 to 255.
    public let pixels: [UInt8]

    /// Maximum number of pixels in a picture: 64 million.
    public static let largestPixelCount = 64_000_000

    /// Decodes the bytes of a JPEG, PNG, BMP, TIFF or WebP file, upright according to its EXIF data, with 16 bits
    /// reduced to 8.
    /// - Throws: `Failure` with code `corrupt` that says why it cannot be read.
    public init(decoding bytes: [UInt8]) throws {
        Self.prepare
        var picture = gyrus_picture()
        var error: UnsafeMutablePointer<CChar>?
        guard gyrus_picture_decode(bytes, bytes.count, &picture, &error) else {
            throw Failure(.corrupt, takeMessage(error))
        }
        defer { free(picture.pixels) }
        height = Int(picture.height)
        width = Int(picture.width)
        channels = Int(picture.channels)
        pixels = Array(UnsafeBufferPointer(start: picture.pixels, count: height * width * channels))
    }

    /// Takes pixels.
    /// - Parameter pixels: `height` × `width` × `channels` of them.
    public init(pixels: [UInt8], height: Int, width: Int, channels: Int) {
        precondition(pixels.count == height * width * channels, "a picture needs all its pixels")
        (self.pixels, self.height, self.width, self.channels) = (pixels, height, width, channels)
    }

    /// The picture as the bytes of a PNG file.
    /// - Throws: `Failure` with code `internal` that says why it cannot be written.
    public func png() throws -> [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        var (count, error) = (0, UnsafeMutablePointer<CChar>?.none)
        var pixels = pixels
        let isEncoded = pixels.withUnsafeMutableBufferPointer { buffer in
            var picture = gyrus_picture(
                pixels: buffer.baseAddress, height: Int64(height), width: Int64(width), channels: Int64(channels))
            return gyrus_picture_encode(&picture, &bytes, &count, &error)
        }
        guard isEncoded, let bytes else { throw Failure(.internal, takeMessage(error)) }
        defer { free(bytes) }
        return Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    private static let prepare: Void = gyrus_picture_set_limit(Int64(largestPixelCount))
}
