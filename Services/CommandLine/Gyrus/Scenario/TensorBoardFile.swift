import Foundation

/// A TensorBoard event file: protocol buffers in TFRecord framing.
struct TensorBoardFile {
    private var bytes = Data()

    /// Starts a file with the version event.
    init(_ start: Date) {
        var event = ProtobufWriter()
        event.add(1, start.timeIntervalSince1970)
        event.add(3, Data("brain.Event:2".utf8))
        add(event.bytes)
    }

    /// Adds scalar values at a step.
    mutating func add(_ values: [String: Double], step: Int, time: Date) {
        var summary = ProtobufWriter()
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            var entry = ProtobufWriter()
            entry.add(1, Data(name.utf8))
            entry.add(2, Float(value))
            summary.add(1, entry.bytes)
        }
        var event = ProtobufWriter()
        event.add(1, time.timeIntervalSince1970)
        event.add(2, step)
        event.add(5, summary.bytes)
        add(event.bytes)
    }

    /// Writes the file into its own folder, which TensorBoard shows as a run.
    func write(into folder: URL, start: Date) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let name = "events.out.tfevents.\(Int(start.timeIntervalSince1970)).gyrus"
        try bytes.write(to: folder.appending(path: name), options: .atomic)
    }

    /// A record: length, checksum of the length, content, checksum of the content.
    private mutating func add(_ record: Data) {
        let length = withUnsafeBytes(of: UInt64(record.count).littleEndian) { Data($0) }
        bytes += length + Self.masked(length) + record + Self.masked(record)
    }

    private static func masked(_ content: Data) -> Data {
        let sum = CRC32C.of(content)
        let masked = (sum >> 15 | sum << 17) &+ 0xa282_ead8
        return withUnsafeBytes(of: masked.littleEndian) { Data($0) }
    }
}

/// The CRC-32C (Castagnoli) checksum.
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { number in
        (0..<8).reduce(UInt32(number)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0x82f6_3b78 : sum >> 1 }
    }

    /// The checksum of bytes.
    static func of(_ content: Data) -> UInt32 {
        ~content.reduce(UInt32.max) { $0 >> 8 ^ table[Int(($0 ^ UInt32($1)) & 255)] }
    }
}

/// Encodes the fields of a protocol buffer message.
private struct ProtobufWriter {
    var bytes = Data()

    mutating func add(_ field: Int, _ number: Int) {
        varint(UInt64(field << 3))
        varint(UInt64(bitPattern: Int64(number)))
    }

    mutating func add(_ field: Int, _ number: Double) {
        varint(UInt64(field << 3 | 1))
        withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ field: Int, _ number: Float) {
        varint(UInt64(field << 3 | 5))
        withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ field: Int, _ content: Data) {
        varint(UInt64(field << 3 | 2))
        varint(UInt64(content.count))
        bytes += content
    }

    private mutating func varint(_ number: UInt64) {
        var rest = number
        while rest > 127 {
            bytes.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
