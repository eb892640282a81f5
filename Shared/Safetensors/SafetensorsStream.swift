import Foundation
import Model

/// Writes a safetensors file whose tensors grow row by row, so that they can be larger than memory.
///
/// Each tensor grows in a separate file in the target's folder; at the end they are combined. A reader sees the old
/// file or the complete new one.
///
/// ```swift
/// let stream = SafetensorsStream(path)
/// try stream.append(bytes, to: "training.picture.rows", rowShape: [3, 64, 64])
/// try stream.finish(metadata: ["format": "…"])
/// ```
public final class SafetensorsStream {
    /// A tensor that grows; a class, so that its buffer is never copied.
    private final class Growing {
        let type: TensorType
        let rowShape: [Int]
        let path: String
        let file: FileHandle
        var rows = 0
        var buffer: [UInt8] = []

        init(type: TensorType, rowShape: [Int], path: String, file: FileHandle) {
            self.type = type
            self.rowShape = rowShape
            self.path = path
            self.file = file
        }
    }

    private static let bufferByteCount = 1 << 20

    private let path: String
    private var tensors: [String: Growing] = [:]

    /// Starts a file.
    public init(_ path: String) {
        self.path = path
    }

    deinit {
        for tensor in tensors.values { unlink(tensor.path) }
    }

    /// Adds a row to a tensor; the first row starts the tensor.
    /// - Throws: `Failure` with code `invalid-argument` if the size or type of the row differs from those of the first
    ///   one, and `unavailable` if it cannot be written to disk.
    public func append<Element: TensorElement>(_ row: [Element], to name: String, rowShape: [Int]) throws {
        let tensor = try tensors[name] ?? begin(Element.tensorType, rowShape)
        guard tensor.type == Element.tensorType, tensor.rowShape == rowShape, row.count == rowShape.reduce(1, *) else {
            throw Failure(
                .invalidArgument,
                "Cannot write '\(path)': a row of \(row.count) numbers does not fit tensor '\(name)' with rows of "
                    + "shape \(tensor.rowShape).")
        }
        row.withUnsafeBytes { tensor.buffer.append(contentsOf: $0) }
        tensor.rows += 1
        if tensor.buffer.count >= Self.bufferByteCount { try flush(tensor) }
        if tensor.rows == 1 { tensors[name] = tensor }
    }

    /// Number of rows of a tensor.
    public func rows(of name: String) -> Int { tensors[name]?.rows ?? 0 }

    /// Combines the tensors under the file's name.
    /// - Throws: `Failure` with code `unavailable` if it cannot be written to disk.
    public func finish(metadata: [String: String]) throws {
        for tensor in tensors.values { try flush(tensor) }
        let pieces = tensors.map { name, tensor in
            TensorPieces(name, tensor.type, shape: [tensor.rows] + tensor.rowShape) {
                try Self.copy(tensor.path, to: $0)
            }
        }
        try SafetensorsFile.write(pieces: pieces, metadata: metadata, to: path)
    }

    private func begin(_ type: TensorType, _ rowShape: [Int]) throws -> Growing {
        let part = "\(path).\(UUID().uuidString).part"
        guard FileManager.default.createFile(atPath: part, contents: nil), let file = FileHandle(forWritingAtPath: part)
        else { throw Failure(.unavailable, "Cannot write '\(part)': \(String(cString: strerror(errno))).") }
        return Growing(type: type, rowShape: rowShape, path: part, file: file)
    }

    private func flush(_ tensor: Growing) throws {
        do {
            try tensor.file.write(contentsOf: tensor.buffer)
        } catch {
            throw Failure(.unavailable, "Cannot write '\(tensor.path)': \(error.systemReason)")
        }
        tensor.buffer.removeAll(keepingCapacity: true)
    }

    private static func copy(_ part: String, to write: (UnsafeRawBufferPointer) throws -> Void) throws {
        let source = open(part, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw SafetensorsFile.Errno() }
        defer { close(source) }
        var block = [UInt8](repeating: 0, count: bufferByteCount)
        while true {
            let count = read(source, &block, block.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SafetensorsFile.Errno() }
            guard count > 0 else { return }
            try block.withUnsafeBytes { try write(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
        }
    }
}
