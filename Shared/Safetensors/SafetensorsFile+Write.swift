import Foundation
import Model

extension SafetensorsFile {
    /// Writes tensors to a file, all or nothing: a reader sees the old file or the complete new one.
    ///
    /// The bytes depend only on the content: tensors with the widest elements come first (so that each is aligned),
    /// then by name; metadata is sorted by key.
    /// - Throws: `Failure` if a name occurs twice or the file cannot be written.
    public static func write(_ tensors: [Tensor], metadata: [String: String] = [:], to path: String) throws {
        let pieces = tensors.map { tensor in
            TensorPieces(tensor.name, tensor.type, shape: tensor.shape) { try tensor.bytes.withUnsafeBytes($0) }
        }
        try write(pieces: pieces, metadata: metadata, to: path)
    }

    /// Writes tensors that come in pieces, in the same way.
    public static func write(
        pieces: [TensorPieces], metadata: [String: String] = [:], to path: String
    ) throws {
        let ordered = pieces.sorted { ($1.type.byteCount, $0.name) < ($0.type.byteCount, $1.name) }
        let names = Set(ordered.map(\.name))
        guard names.count == ordered.count else {
            throw Failure(.invalidArgument, "Cannot write '\(path)': two tensors have the same name.")
        }
        let header = encodeHeader(ordered, metadata: metadata)
        guard header.count <= Header.largestByteCount else {
            throw Failure(.invalidArgument, "Cannot write '\(path)': its header would be \(header.count) bytes long.")
        }
        try writeAtomically(to: path) { descriptor in
            var size = UInt64(header.count).littleEndian
            try withUnsafeBytes(of: &size) { try writeAll($0, to: descriptor) }
            try header.withUnsafeBytes { try writeAll($0, to: descriptor) }
            for tensor in ordered {
                var left = tensor.byteCount
                try tensor.write {
                    left -= $0.count
                    try writeAll($0, to: descriptor)
                }
                guard left == 0 else {
                    throw Failure(
                        .internal,
                        "Cannot write '\(path)': tensor '\(tensor.name)' differs from its shape by \(left) bytes.")
                }
            }
        }
    }

    /// The header of consecutive tensors.
    private static func encodeHeader(_ tensors: [TensorPieces], metadata: [String: String]) -> [UInt8] {
        var fields: [String] = []
        if !metadata.isEmpty {
            let notes = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            fields.append("\(quoted(TensorEntry.metadataKey)):{\(notes.joined(separator: ","))}")
        }
        var offset = 0
        for tensor in tensors {
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            let end = offset + tensor.byteCount
            fields.append(
                "\(quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var header = Array("{\(fields.joined(separator: ","))}".utf8)
        while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
        return header
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// Writes to a temporary file in the same folder, flushes it to disk, and renames it over the old one.
    static func writeAtomically(to path: String, _ body: (Int32) throws -> Void) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let temporary = "\(path).\(UUID().uuidString).partial"
        do {
            let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw Errno() }
            defer { close(descriptor) }
            try body(descriptor)
            guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw Errno() }
            syncFolder(folder)
        } catch {
            unlink(temporary)
            guard let error = error as? Errno else { throw error }
            throw Failure(.unavailable, "Cannot write '\(path)': \(String(cString: strerror(error.code))).")
        }
    }

    /// Makes the new name durable; a file system that does not support this for folders still has the file.
    private static func syncFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw Errno() }
            rest = rest.dropFirst(written)
        }
    }

    struct Errno: Error {
        let code = errno
    }
}
