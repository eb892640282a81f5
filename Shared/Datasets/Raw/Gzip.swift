import CZlib
import Foundation
import Model

/// Reads files that may be compressed with gzip.
enum Gzip {
    /// Larger than any set that Gyrus knows; a small file that expands beyond it is not a dataset.
    static let largestByteCount = 1 << 30

    /// The content of a file, decompressed if it begins like gzip.
    static func contents(of path: String, limit: Int = largestByteCount) throws -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw Failure(.notFound, "Cannot read '\(path)': \(error.systemReason)")
        }
        return bytes.starts(with: [0x1F, 0x8B]) ? try decompress(bytes, path: path, limit: limit) : bytes
    }

    private static func decompress(_ bytes: [UInt8], path: String, limit: Int) throws -> [UInt8] {
        var stream = z_stream()
        // 16: expects a gzip wrapper.
        guard inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw Failure(.internal, "Cannot start zlib.")
        }
        defer { inflateEnd(&stream) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        var status = Z_OK
        try bytes.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(clamping: input.count)
            while status == Z_OK {
                let written = chunk.withUnsafeMutableBufferPointer { output in
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    status = inflate(&stream, Z_NO_FLUSH)
                    return output.count - Int(stream.avail_out)
                }
                result += chunk[..<written]
                // Several consecutive members are one file, such as the output of `cat a.gz b.gz`.
                let rest = bytes[(bytes.count - Int(stream.avail_in))...]
                if status == Z_STREAM_END, rest.starts(with: [0x1F, 0x8B]) { status = inflateReset(&stream) }
                guard result.count <= limit else {
                    throw Failure(.corrupt, "'\(path)' decompresses to more than \(limit) bytes.")
                }
            }
        }
        guard status == Z_STREAM_END else {
            let position = bytes.count - Int(stream.avail_in)
            let reason = stream.msg.map { String(cString: $0) } ?? "the file is truncated"
            throw Failure(.corrupt, "Cannot decompress '\(path)': at byte \(position): \(reason).")
        }
        return result
    }
}
