import CSnappy
import CZstd
import Model

/// Decompresses pages.
enum ParquetCompression {
    /// Maximum size of a decompressed page.
    static let largestPage = 1 << 30

    /// The decompressed bytes of a page.
    static func bytes(_ packed: [UInt8], codec: Int, size: Int) throws -> [UInt8] {
        guard size >= 0, size <= largestPage else {
            throw ParquetValues.Problem(message: "a page of \(size) bytes is larger than 1 GiB")
        }
        switch codec {
        case 0: return packed
        case 1:
            var result = [UInt8](repeating: 0, count: size)
            var length = size
            let status = packed.withUnsafeBytes { input in
                result.withUnsafeMutableBytes { output in
                    snappy_uncompress(
                        input.baseAddress?.assumingMemoryBound(to: CChar.self), input.count,
                        output.baseAddress?.assumingMemoryBound(to: CChar.self), &length)
                }
            }
            guard status == SNAPPY_OK, length == size else { throw wrong("snappy") }
            return result
        case 2:
            let stream = try InflatedStream(MemoryStream(packed), path: "page")
            let result = try stream.bytes(size)
            guard result.count == size else { throw wrong("gzip") }
            return result
        case 6:
            var result = [UInt8](repeating: 0, count: size)
            let length = packed.withUnsafeBytes { input in
                result.withUnsafeMutableBytes { output in
                    ZSTD_decompress(output.baseAddress, output.count, input.baseAddress, input.count)
                }
            }
            guard ZSTD_isError(length) == 0, length == size else { throw wrong("zstd") }
            return result
        default:
            let names = [3: "LZO", 4: "Brotli", 5: "LZ4", 7: "LZ4"]
            throw ParquetValues.Problem(
                message:
                    "it is compressed with \(names[codec] ?? "method \(codec)"); supported: snappy, zstd, gzip and none"
            )
        }
    }

    private static func wrong(_ name: String) -> ParquetValues.Problem {
        ParquetValues.Problem(message: "a page cannot be decompressed with \(name)")
    }
}
