import CVision
import Model
public import Tracking

/// An image in memory, with three bytes per pixel.
public struct Image: ~Copyable {
    let pointer: OpaquePointer

    /// Maximum width and height of an image, in pixels.
    public static let greatestSide = 32_768

    /// Reads a file: JPEG, PNG and other formats of OpenCV.
    /// - Throws: `Failure` with code `not-found` that names the file.
    public init(contentsOf path: String) throws {
        pointer = try checked(.notFound, "The image '\(path)' cannot be read") { gyrus_image_read(path, $0) }
    }

    /// Makes an image of one color.
    public init(width: Int, height: Int, color: Color) throws {
        guard (1...Self.greatestSide).contains(width), (1...Self.greatestSide).contains(height) else {
            throw Failure(
                .invalidArgument, "An image of \(width)×\(height) pixels cannot be made: 1 to \(Self.greatestSide).")
        }
        pointer = try checked(.internal, "An image of \(width)×\(height) pixels cannot be made") {
            gyrus_image_make(Int32(width), Int32(height), color.value, $0)
        }
    }

    deinit { gyrus_image_free(pointer) }

    /// Width in pixels.
    public var width: Int { Int(gyrus_image_width(pointer)) }
    /// Height in pixels.
    public var height: Int { Int(gyrus_image_height(pointer)) }

    /// Calls the closure with blue, green and red of each pixel, row by row.
    public borrowing func withPixels<Result>(_ body: (UnsafePointer<UInt8>) throws -> Result) throws -> Result {
        guard let pixels = gyrus_image_pixels(pointer) else {
            throw Failure(.internal, "An image of \(width)×\(height) pixels has gaps in memory.")
        }
        return try body(pixels)
    }

    /// Writes a file; its format follows from the file name extension.
    public borrowing func write(to path: String) throws {
        let pointer = pointer
        _ = try checked(.invalidArgument, "The image '\(path)' cannot be written") {
            gyrus_image_write(pointer, path, $0)
        }
    }

    /// Draws the outline of a box, and a text above it.
    public mutating func draw(_ box: Box, label: String, color: Color) throws {
        let pointer = pointer
        _ = try checked(.internal, "A box cannot be drawn") {
            gyrus_image_label(pointer, gyrus_rectangle(box), label, color.value, $0)
        }
    }
}

/// A color without transparency.
public struct Color: Hashable, Sendable {
    /// Shares of red, green and blue, from 0 to 255.
    public var red, green, blue: UInt8

    /// Makes a color.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// A dark gray, on which all colors of identities are visible.
    public static let canvas = Color(red: 24, green: 24, blue: 28)

    /// The color of an identity; consecutive numbers are far apart in hue.
    public init(ofIdentity identity: Int) {
        // Steps of the golden ratio around the circle never return close to a previous position.
        let hue = (Double(identity) * 0.618_033_988_75).truncatingRemainder(dividingBy: 1) * 6
        func channel(_ offset: Double) -> UInt8 {
            let position = (hue + offset).truncatingRemainder(dividingBy: 6)
            return UInt8(55 + 200 * min(1, max(0, abs(position - 3) - 1)))
        }
        self.init(red: channel(0), green: channel(4), blue: channel(2))
    }

    var value: gyrus_color { gyrus_color(red: red, green: green, blue: blue) }
}

extension gyrus_rectangle {
    /// Coordinates are limited to what the shim's integers can hold, which is far beyond any image.
    private static let farthest = 1_000_000.0

    /// The box in whole pixels.
    init(_ box: Box) {
        func whole(_ value: Double) -> Int32 { Int32(max(-Self.farthest, min(Self.farthest, value.rounded()))) }
        let (left, top) = (whole(box.left), whole(box.top))
        self.init(left: left, top: top, width: whole(box.right) - left, height: whole(box.bottom) - top)
    }
}
