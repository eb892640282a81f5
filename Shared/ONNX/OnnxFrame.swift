import Model

/// Scans the outermost fields of a file before anything is built from it.
///
/// This distinguishes a file that was truncated in a download from one that is not an ONNX file, and keeps a small file
/// with millions of empty nodes from taking memory.
struct OnnxFrame {
    private let bytes: [UInt8]
    private let file: String

    /// Fields of `ModelProto` and `GraphProto`.
    private enum Field {
        static let graph: UInt64 = 7
        static let node: UInt64 = 1
        static let initializer: UInt64 = 5
    }

    /// Maximum number of nodes and of weights; the largest networks have some ten thousand.
    private static let most = 200_000

    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    /// - Throws: `Failure` with code `corrupt` if the file is truncated or has too many parts.
    func check() throws {
        var graph: Range<Int>?
        try walk(0..<bytes.count) { number, content in
            if number == Field.graph { graph = content }
        }
        if let graph { try check(graph) }
    }

    /// Scans the bytes of a graph.
    func checkGraph() throws { try check(0..<bytes.count) }

    private func check(_ graph: Range<Int>) throws {
        var parts = 0
        try walk(graph) { number, _ in
            if number == Field.node || number == Field.initializer { parts += 1 }
            guard parts <= Self.most else {
                throw Failure(
                    .corrupt, "'\(file)' has more than \(Self.most) nodes and weights; no network is that large.")
            }
        }
    }

    /// Calls back for each field of a message; anything that is not a field is left to the reader.
    private func walk(_ range: Range<Int>, _ body: (UInt64, Range<Int>) throws -> Void) throws {
        var position = range.lowerBound
        while position < range.upperBound {
            guard let tag = varint(&position, range.upperBound) else { return }
            let length: UInt64
            switch tag & 7 {
            case 0:
                guard varint(&position, range.upperBound) != nil else { return }
                continue
            case 1: length = 8
            case 5: length = 4
            case 2:
                guard let count = varint(&position, range.upperBound) else { return }
                length = count
            default: return
            }
            let rest = UInt64(range.upperBound - position)
            guard length <= rest else {
                // A length beyond any file size is not a length: the bytes are something else.
                guard range.upperBound == bytes.count, length < UInt64(OnnxFile.largest) else { return }
                throw Failure(
                    .corrupt, "'\(file)' is truncated: at least \(length - rest) bytes are missing at its end.")
            }
            try body(tag >> 3, position..<position + Int(length))
            position += Int(length)
        }
    }

    private func varint(_ position: inout Int, _ end: Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard position < end else { return nil }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
