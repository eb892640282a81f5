import CVision
import Model

/// An MPEG-4 film that is being written; it is complete once this value is destroyed.
public struct Film: ~Copyable {
    private let pointer: OpaquePointer
    private let path: String

    /// Starts a film; every image must have the given size.
    public init(path: String, frameRate: Double, width: Int, height: Int) throws {
        pointer = try checked(.invalidArgument, "The film '\(path)' cannot be written") {
            gyrus_film_begin(path, frameRate, Int32(clamping: width), Int32(clamping: height), $0)
        }
        self.path = path
    }

    deinit { gyrus_film_end(pointer) }

    /// Adds an image.
    public mutating func add(_ image: borrowing Image) throws {
        let (film, source) = (pointer, image.pointer)
        _ = try checked(.invalidArgument, "An image cannot be added to the film '\(path)'") {
            gyrus_film_add(film, source, $0)
        }
    }
}
