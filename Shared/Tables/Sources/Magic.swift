/// Recognizes file contents.
enum Magic {
    /// The type of a file's content; nil if it is neither a picture nor a sound.
    static func type(of bytes: [UInt8]) -> MediaType? {
        let images: [[UInt8]] = [
            [0xFF, 0xD8, 0xFF], [0x89, 0x50, 0x4E, 0x47], Array("GIF8".utf8), Array("BM".utf8), [0x49, 0x49, 0x2A, 0],
            [0x4D, 0x4D, 0, 0x2A],
        ]
        if images.contains(where: { bytes.starts(with: $0) }) { return .image }
        if bytes.starts(with: Array("RIFF".utf8)) {
            return bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) ? .image : .audio
        }
        let sounds: [[UInt8]] = [
            Array("fLaC".utf8), Array("OggS".utf8), Array("ID3".utf8), [0xFF, 0xFB], [0xFF, 0xF3], Array("FORM".utf8),
        ]
        return sounds.contains { bytes.starts(with: $0) } ? .audio : nil
    }
}
