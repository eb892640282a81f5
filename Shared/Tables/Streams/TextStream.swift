import Model

/// Opens texts: decompressed, without a byte order mark, as UTF-8.
enum TextStream {
    /// Opens a file.
    /// - Parameter encoding: The encoding given by the user; nil for UTF-8, or UTF-16 with a byte order mark.
    /// - Throws: `Failure` that names the encoding or, if the file is not text, its actual type.
    static func open(_ path: String, encoding: String?) throws -> any ByteStream {
        let head = try FileStream(path).bytes(4)
        let isGzip = head.starts(with: [0x1F, 0x8B])
        func plain() throws -> any ByteStream {
            isGzip ? try InflatedStream(try FileStream(path), path: path) : try FileStream(path)
        }
        let start = isGzip ? try plain().bytes(512) : try FileStream(path).bytes(512)
        if let name = form(of: start) {
            throw Failure(.invalidArgument, "'\(path)' is not text: despite its name, it is \(name).")
        }
        if let encoding, !["utf-8", "utf8"].contains(encoding.lowercased()) {
            return try ConvertedStream(try plain(), from: encoding, path: path)
        }
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
            return try ConvertedStream(try plain(), from: "utf-16", path: path)
        }
        if let zero = start.firstIndex(of: 0) {
            let name = zero.isMultiple(of: 2) ? "utf-16be" : "utf-16le"
            let isWide = start.enumerated().filter { $0.element == 0 }.count > start.count / 4
            throw Failure(
                .invalidArgument,
                isWide
                    ? "'\(path)' looks like UTF-16 without a byte order mark; if so, set 'data: {encoding: \(name)}'."
                    : "'\(path)' is not text: byte \(zero) is 0.")
        }
        let stream = try plain()
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { _ = try stream.bytes(3) }
        return stream
    }

    /// Whether a file begins with a UTF-16 byte order mark.
    static func isWide(_ path: String) throws -> Bool {
        let start = try FileStream(path).bytes(2)
        return start == [0xFF, 0xFE] || start == [0xFE, 0xFF]
    }

    /// The whole text of a file.
    /// - Throws: `Failure` if it is not valid in its encoding, or larger than 64 MiB.
    static func contents(of path: String, encoding: String?) throws -> String {
        let bytes = try open(path, encoding: encoding).everything(limit: 64 << 20, of: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(
                .invalidArgument,
                "'\(path)' is not UTF-8; name its encoding, such as 'data: {encoding: latin-1}' (or windows-1252, "
                    + "utf-16)."
            )
        }
        return text
    }

    /// The type of a file that begins with these bytes, if it is known not to be text.
    static func form(of start: [UInt8]) -> String? {
        let forms: [(String, [UInt8])] = [
            ("a Parquet file", Array("PAR1".utf8)), ("a zip file (also xlsx, npz)", [0x50, 0x4B, 3, 4]),
            ("a picture (PNG)", [0x89, 0x50, 0x4E, 0x47]), ("a picture (JPEG)", [0xFF, 0xD8, 0xFF]),
            ("a picture (GIF)", Array("GIF8".utf8)), ("a PDF", Array("%PDF".utf8)),
            ("an SQLite database", Array("SQLite format 3".utf8)), ("a NumPy file", [0x93] + Array("NUMPY".utf8)),
            ("an old Excel file", [0xD0, 0xCF, 0x11, 0xE0]), ("a zstd file", [0x28, 0xB5, 0x2F, 0xFD]),
            ("a sound (RIFF)", Array("RIFF".utf8)), ("a sound (FLAC)", Array("fLaC".utf8)),
            ("a sound (Ogg)", Array("OggS".utf8)), ("an HTML page", Array("<!DOCTYPE html".utf8)),
        ]
        return forms.first { start.starts(with: $0.1) }?.0
    }
}

/// Users' texts that are in separate files.
public enum TextFile {
    /// The whole text of a file, decompressed, without a byte order mark.
    /// - Parameter encoding: Its encoding; nil for UTF-8, or UTF-16 with a byte order mark.
    /// - Throws: `Failure` if it is not valid in its encoding, or larger than 64 MiB.
    public static func contents(of path: String, encoding: String?) throws -> String {
        try TextStream.contents(of: path, encoding: encoding)
    }
}
