import CZlib
import Model

/// Decompresses a stream with zlib: gzip with any number of members, or the raw deflate of zip files.
final class InflatedStream: ByteStream {
    private let source: any ByteStream
    private let path: String
    private let isGzip: Bool
    private let stream: UnsafeMutablePointer<z_stream>
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
    private var isAtEnd = false

    /// Starts decompression.
    init(_ source: any ByteStream, path: String, isGzip: Bool = true) throws {
        self.source = source
        self.path = path
        self.isGzip = isGzip
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 16: expects a gzip wrapper; negative: expects none.
        let bits = isGzip ? MAX_WBITS + 16 : -MAX_WBITS
        guard inflateInit2_(stream, bits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw Failure(.internal, "Cannot start zlib.")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        input.deallocate()
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard !isAtEnd else { return 0 }
        stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(clamping: buffer.count)
        let room = Int(stream.pointee.avail_out)
        while stream.pointee.avail_out == room {
            // Input that was read before can still yield output.
            let isDry = try stream.pointee.avail_in == 0 && !refill()
            let status = inflate(stream, Z_NO_FLUSH)
            if isDry && status == Z_BUF_ERROR {
                throw Failure(.corrupt, "Cannot decompress '\(path)': it is truncated.")
            }
            if status == Z_STREAM_END {
                if try !beginNextMember() {
                    isAtEnd = true
                    break
                }
            } else if status != Z_OK && status != Z_BUF_ERROR {
                let reason = stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)"
                throw Failure(.corrupt, "Cannot decompress '\(path)': \(reason).")
            }
        }
        return room - Int(stream.pointee.avail_out)
    }

    private func refill() throws -> Bool {
        let count = try source.read(into: input)
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = UInt32(count)
        return count > 0
    }

    /// Whether another member of a gzip file follows; zeros that pad a block do not count.
    private func beginNextMember() throws -> Bool {
        guard isGzip else { return false }
        while true {
            if try stream.pointee.avail_in == 0 && !refill() { return false }
            guard let next = stream.pointee.next_in else { return false }
            if next.pointee == 0 {
                stream.pointee.next_in = next + 1
                stream.pointee.avail_in -= 1
                continue
            }
            guard next.pointee == 0x1F else {
                throw Failure(.corrupt, "'\(path)' has bytes after its compressed content that are not gzip.")
            }
            inflateReset(stream)
            return true
        }
    }
}
