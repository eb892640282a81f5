/// Examines pictures and sounds, which this library cannot decode itself.
public protocol MediaProbe {
    /// Properties of a file.
    /// - Throws: An error whose description says why the file cannot be read.
    func probe(_ type: MediaType, path: String) throws -> MediaFacts
    /// Properties of a file's content.
    func probe(_ type: MediaType, bytes: [UInt8]) throws -> MediaFacts
}

/// Properties of a picture or a sound.
public struct MediaFacts: Hashable, Sendable, Codable {
    /// Pictures: width in pixels.
    public var width: Int?
    /// Pictures: height in pixels.
    public var height: Int?
    /// Channels of the picture or sound.
    public var channels: Int?
    /// Sounds: duration in seconds.
    public var seconds: Double?
    /// Sounds: the number of seconds from the start that are used.
    public var usedSeconds: Double?
    /// Sounds: samples per second.
    public var rate: Int?

    /// Describes a picture or a sound.
    public init(
        width: Int? = nil, height: Int? = nil, channels: Int? = nil, seconds: Double? = nil, usedSeconds: Double? = nil,
        rate: Int? = nil
    ) {
        self.width = width
        self.height = height
        self.channels = channels
        self.seconds = seconds
        self.usedSeconds = usedSeconds
        self.rate = rate
    }
}
