import Glibc
import Model

/// Converts text from another encoding to UTF-8.
final class ConvertedStream: ByteStream {
    private let source: any ByteStream
    private let path: String
    private let encoding: String
    private let converter: iconv_t
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    private var (start, end, consumed) = (0, 0, 0)
    private var isAtEnd = false

    /// Common names that iconv does not know.
    private static let names = ["latin-1": "iso-8859-1", "latin1": "iso-8859-1", "ansi": "windows-1252"]

    /// Starts a conversion.
    /// - Throws: `Failure` with code `invalid-argument` for an unknown encoding.
    init(_ source: any ByteStream, from encoding: String, path: String) throws {
        self.source = source
        self.path = path
        self.encoding = encoding
        let name = Self.names[encoding.lowercased()] ?? encoding
        converter = iconv_open("UTF-8", name)
        guard Int(bitPattern: converter) != -1 else {
            throw Failure(
                .invalidArgument,
                "data.encoding: unknown encoding '\(encoding)'; use utf-8, utf-16, latin-1, windows-1252, shift_jis, "
                    + "gb18030, big5, koi8-r or any other in 'iconv --list'.")
        }
    }

    deinit {
        if Int(bitPattern: converter) != -1 { iconv_close(converter) }
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var output = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
        var room = buffer.count
        while room == buffer.count && room > 0 {
            if start == end || isAtEnd == false && end - start < 8 { try refill() }
            if start == end { return 0 }
            var pointer = input.baseAddress?.advanced(by: start).assumingMemoryBound(to: CChar.self)
            var rest = end - start
            let status = iconv(converter, &pointer, &rest, &output, &room)
            let reason = errno
            consumed += end - start - rest
            start = end - rest
            let isStuck = status == -1 && (reason == EILSEQ || reason == EINVAL && isAtEnd)
            guard !isStuck else {
                throw Failure(
                    .invalidArgument,
                    "'\(path)' is not \(encoding): the bytes at offset \(consumed) are invalid; "
                        + "name another with 'data: {encoding: …}'.")
            }
        }
        return buffer.count - room
    }

    private func refill() throws {
        let rest = end - start
        if rest > 0, let base = input.baseAddress { memmove(base, base + start, rest) }
        (start, end) = (0, rest)
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: input[rest...]))
        end += count
        isAtEnd = count == 0
    }
}
