import Foundation
import Model

/// A recording in a RIFF WAVE file, mixed down to one channel.
struct WaveFile {
    /// Samples per second.
    let rate: Int
    /// Samples from -1 to below 1.
    let samples: [Float]

    /// Reads a file of integers of 8, 16, 24 or 32 bits.
    /// - Parameter rate: Required samples per second.
    /// - Throws: `Failure` naming the file, the byte and the error there.
    init(path: String, rate: Int? = nil) throws {
        let bytes: [UInt8]
        do {
            bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw Failure(.notFound, "Cannot read '\(path)': \(error.localizedDescription)")
        }
        try self.init(bytes, path: path, rate: rate)
    }

    init(_ bytes: [UInt8], path: String, rate: Int? = nil) throws {
        var parser = WaveParser(bytes: bytes, path: path)
        try parser.readContainer()
        var format: WaveParser.Format?
        while true {
            let chunk = try parser.nextChunk(searching: format == nil ? "fmt " : "data")
            if chunk.name == "fmt " {
                format = try parser.format(in: chunk, rate: rate)
            } else if chunk.name == "data" {
                guard let format else {
                    throw parser.corrupt(at: chunk.start - 8, "the data comes before its format")
                }
                self.rate = format.rate
                self.samples = try parser.samples(in: chunk, format: format)
                return
            }
        }
    }
}

/// Walks through the chunks of a RIFF file.
private struct WaveParser {
    struct Chunk {
        let name: String
        let start: Int
        let size: Int
        /// Whether it continues to the end of the file, because its writer could not return and write the size.
        var isOpen = false
    }

    struct Format {
        let rate: Int
        let channels: Int
        let bytesPerSample: Int
    }

    let bytes: [UInt8]
    let path: String
    private var position = 12

    /// Placeholders for an unknown size, left by programs that write to a pipe or were stopped.
    private static let unknownSizes: Set = [0, 0xFFFF_FFFF]

    init(bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
    }

    func corrupt(at byte: Int, _ reason: String) -> Failure {
        Failure(.corrupt, "'\(path)' is not a readable WAVE file: at byte \(byte): \(reason).")
    }

    func readContainer() throws {
        guard bytes.count >= 12, name(at: 0) == "RIFF" else {
            throw corrupt(at: 0, bytes.isEmpty ? "the file is empty" : "it does not begin with RIFF and a size")
        }
        guard name(at: 8) == "WAVE" else { throw corrupt(at: 8, "the RIFF file does not contain WAVE") }
    }

    mutating func nextChunk(searching wanted: String) throws -> Chunk {
        guard position + 8 <= bytes.count else {
            throw corrupt(at: position, "the file ends before the chunk '\(wanted)'")
        }
        let chunk = chunk(at: position)
        guard chunk.size <= bytes.count - chunk.start else {
            throw corrupt(
                at: position + 4,
                "the chunk '\(chunk.name)' declares \(chunk.size) bytes, but the file ends after "
                    + "\(bytes.count - chunk.start); it is truncated")
        }
        // A chunk of odd size is followed by one padding byte, which some writers leave out.
        let end = chunk.start + chunk.size
        position = chunk.size.isMultiple(of: 2) || (!isName(at: end + 1) && isName(at: end)) ? end : end + 1
        return chunk
    }

    private func chunk(at position: Int) -> Chunk {
        let (start, size) = (position + 8, number(at: position + 4, bytes: 4))
        let name = name(at: position)
        guard name == "data", Self.unknownSizes.contains(size), start < bytes.count else {
            return Chunk(name: name, start: start, size: size)
        }
        return Chunk(name: name, start: start, size: bytes.count - start, isOpen: true)
    }

    /// Whether there may be the name of a chunk.
    private func isName(at start: Int) -> Bool {
        start + 8 <= bytes.count && bytes[start..<start + 4].allSatisfy { (0x20..<0x7F).contains($0) }
    }

    func format(in chunk: Chunk, rate wanted: Int?) throws -> Format {
        guard chunk.size >= 16 else { throw corrupt(at: chunk.start - 4, "the format has \(chunk.size) bytes, not 16") }
        var tag = number(at: chunk.start, bytes: 2)
        // An extensible format names the actual format at the start of its identifier.
        if tag == 0xFFFE, chunk.size >= 26 { tag = number(at: chunk.start + 24, bytes: 2) }
        guard tag == 1 else {
            throw corrupt(at: chunk.start, "encoding \(tag) is not integers (PCM), 1")
        }
        let channels = number(at: chunk.start + 2, bytes: 2)
        guard channels > 0 else { throw corrupt(at: chunk.start + 2, "there are no channels") }
        let rate = number(at: chunk.start + 4, bytes: 4)
        guard rate > 0, wanted == nil || rate == wanted else {
            throw corrupt(
                at: chunk.start + 4, "\(rate) samples per second, but \(wanted ?? 1) are required; resample it first")
        }
        let bits = number(at: chunk.start + 14, bytes: 2)
        guard [8, 16, 24, 32].contains(bits) else {
            throw corrupt(at: chunk.start + 14, "samples of \(bits) bits; 8, 16, 24 or 32 are required")
        }
        let format = Format(rate: rate, channels: channels, bytesPerSample: bits / 8)
        let block = number(at: chunk.start + 12, bytes: 2)
        guard block == channels * format.bytesPerSample else {
            throw corrupt(
                at: chunk.start + 12, "blocks of \(block) bytes do not fit \(channels) channels of \(bits) bits")
        }
        return format
    }

    func samples(in chunk: Chunk, format: Format) throws -> [Float] {
        let block = format.channels * format.bytesPerSample
        // If the writer was stopped, the last block may be unfinished.
        let chunk = chunk.isOpen ? Chunk(name: chunk.name, start: chunk.start, size: chunk.size / block * block) : chunk
        guard chunk.size > 0, chunk.size.isMultiple(of: block) else {
            throw corrupt(
                at: chunk.start - 4,
                chunk.size == 0
                    ? "there are no samples" : "\(chunk.size) bytes of data are not a multiple of \(block) bytes")
        }
        if format.channels == 1, format.bytesPerSample == 2 { return samplesOf16Bits(in: chunk) }
        let scale = 1 / (Float(format.channels) * Float(1 << (8 * format.bytesPerSample - 1)))
        return stride(from: chunk.start, to: chunk.start + chunk.size, by: block).map { start in
            let sum = (0..<format.channels).reduce(0) { sum, channel in
                sum + signed(at: start + channel * format.bytesPerSample, bytes: format.bytesPerSample)
            }
            return Float(sum) * scale
        }
    }

    /// The common case, without a function call for each byte.
    private func samplesOf16Bits(in chunk: Chunk) -> [Float] {
        bytes.withUnsafeBytes { buffer in
            (0..<chunk.size / 2).map { index in
                let stored = buffer.loadUnaligned(fromByteOffset: chunk.start + 2 * index, as: Int16.self)
                return Float(Int16(littleEndian: stored)) / 32768
            }
        }
    }

    private func signed(at start: Int, bytes count: Int) -> Int {
        let value = number(at: start, bytes: count)
        // 8-bit samples are unsigned, all others are signed.
        if count == 1 { return value - 128 }
        return value >= 1 << (8 * count - 1) ? value - (1 << (8 * count)) : value
    }

    private func number(at start: Int, bytes count: Int) -> Int {
        (0..<count).reduce(0) { $0 | Int(bytes[start + $1]) << (8 * $1) }
    }

    private func name(at start: Int) -> String {
        String(decoding: bytes[start..<start + 4], as: UTF8.self)
    }
}
