import Foundation
import Model

/// Writes a safetensors file row by row, in any order, so that tensors of any size need no memory.
///
/// A reader sees the old file or the complete new one: the file gets its name when it is finished.
///
/// ```swift
/// let stream = try SafetensorsStream(path, [.init("rows", .uint8, shape: [1_000, 3, 64, 64])])
/// try stream.write(bytes, to: "rows", row: 7)
/// try stream.finish(metadata: ["format": "…"])
/// ```
public final class SafetensorsStream {
    /// A tensor that is to be written.
    public struct Plan: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Type of its elements.
        public let type: TensorType
        /// Size along each dimension; the first one counts rows.
        public let shape: [Int]

        /// Describes a tensor.
        public init(_ name: String, _ type: TensorType, shape: [Int]) {
            self.name = name
            self.type = type
            self.shape = shape
        }
    }

    private let path: String
    private let temporary: String
    private var descriptor: Int32
    private let plans: [Plan]
    private let places: [String: (offset: Int, rowBytes: Int, rows: Int)]
    private let headerByteCount: Int

    /// Begins a file. Rows that are never written are zero.
    /// - Parameter metadataByteCount: The most bytes that the metadata will have as JSON.
    /// - Throws: `Failure` with code `invalid-argument` where a name is there twice or a shape is impossible, `unavailable`
    ///   where the file cannot be written.
    public init(_ path: String, _ tensors: [Plan], metadataByteCount: Int) throws {
        let ordered = tensors.sorted { ($1.type.byteCount, $0.name) < ($0.type.byteCount, $1.name) }
        guard Set(ordered.map(\.name)).count == ordered.count else {
            throw Failure(.invalidArgument, "Writing '\(path)': two tensors have the same name.")
        }
        var sizes: [Int] = []
        for plan in ordered {
            guard let size = plan.type.byteCount(of: plan.shape), !plan.shape.isEmpty else {
                throw Failure(
                    .invalidArgument, "Writing '\(path)': tensor '\(plan.name)' cannot have shape \(plan.shape).")
            }
            sizes.append(size)
        }
        let bare = SafetensorsFile.encodeHeader(Self.parts(ordered, sizes), metadata: ["": ""])
        headerByteCount = (bare.count + metadataByteCount + 7) / 8 * 8
        guard headerByteCount <= Header.largestByteCount else {
            throw Failure(.invalidArgument, "Writing '\(path)': its header would be \(headerByteCount) bytes long.")
        }
        var offset = 8 + headerByteCount
        var places: [String: (offset: Int, rowBytes: Int, rows: Int)] = [:]
        for (plan, size) in zip(ordered, sizes) {
            places[plan.name] = (offset, plan.shape[0] == 0 ? 0 : size / plan.shape[0], plan.shape[0])
            offset += size
        }
        (self.path, plans, self.places) = (path, ordered, places)
        temporary = "\(path).\(UUID().uuidString).partial"
        descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0, ftruncate(descriptor, off_t(offset)) == 0 else { throw Self.failure(path) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporary)
    }

    /// Writes a row of a tensor.
    /// - Throws: `Failure` with code `unavailable` where the disk does not take it.
    public func write<Element: TensorElement>(_ elements: [Element], to name: String, row: Int) throws {
        guard let place = places[name] else {
            throw Failure(.internal, "The file '\(path)' is to have no tensor '\(name)'.")
        }
        try elements.withUnsafeBytes { bytes in
            guard bytes.count == place.rowBytes, (0..<place.rows).contains(row) else {
                throw Failure(
                    .internal,
                    "Row \(row) of '\(name)' has \(bytes.count) bytes; \(place.rows) rows of \(place.rowBytes) are planned."
                )
            }
            var done = 0
            while done < bytes.count {
                let written = pwrite(
                    descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done,
                    off_t(place.offset + row * place.rowBytes + done))
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { throw Self.failure(path) }
                done += written
            }
        }
    }

    /// Writes the header, forces the file to the disk and gives it its name.
    /// - Throws: `Failure` with code `invalid-argument` where the metadata is longer than was planned, `unavailable` where the
    ///   disk does not take it.
    public func finish(metadata: [String: String]) throws {
        let sizes = plans.map { $0.type.byteCount(of: $0.shape) ?? 0 }
        var header = SafetensorsFile.encodeHeader(Self.parts(plans, sizes), metadata: metadata)
        guard header.count <= headerByteCount else {
            throw Failure(
                .invalidArgument,
                "Writing '\(path)': its header has \(header.count) bytes, and \(headerByteCount) were planned.")
        }
        header += [UInt8](repeating: UInt8(ascii: " "), count: headerByteCount - header.count)
        let size = withUnsafeBytes(of: UInt64(headerByteCount).littleEndian) { [UInt8]($0) }
        let start = size + header
        guard start.withUnsafeBytes({ pwrite(descriptor, $0.baseAddress, $0.count, 0) }) == start.count,
            fsync(descriptor) == 0, rename(temporary, path) == 0
        else { throw Self.failure(path) }
        close(descriptor)
        descriptor = -1
        SafetensorsFile.syncFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    private static func parts(
        _ plans: [Plan], _ sizes: [Int]
    ) -> [(name: String, type: TensorType, shape: [Int], byteCount: Int)] {
        zip(plans, sizes).map { ($0.name, $0.type, $0.shape, $1) }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(.unavailable, "'\(path)' cannot be written: \(String(cString: strerror(errno))).")
    }
}
