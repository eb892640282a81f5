/// Looks into pictures and sounds, which this library cannot decode itself.
public protocol MediaProbe {
    /// What a file is like.
    /// - Throws: An error whose description says why it cannot be read.
    func probe(_ type: MediaType, path: String) throws -> MediaFacts
    /// What a file's content is like.
    func probe(_ type: MediaType, bytes: [UInt8]) throws -> MediaFacts
}

/// What a picture or a sound is like.
public struct MediaFacts: Hashable, Sendable, Codable {
    /// Pictures: pixels across.
    public var width: Int?
    /// Pictures: pixels down.
    public var height: Int?
    /// Channels of either.
    public var channels: Int?
    /// Sounds: duration in seconds.
    public var seconds: Double?
    /// Sounds: samples a second.
    public var rate: Int?

    /// Tells what is known.
    public init(
        width: Int? = nil, height: Int? = nil, channels: Int? = nil, seconds: Double? = nil, rate: Int? = nil
    ) {
        self.width = width
        self.height = height
        self.channels = channels
        self.seconds = seconds
        self.rate = rate
    }
}
