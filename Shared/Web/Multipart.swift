import Foundation
import Model

/// The parts of a `multipart/form-data` body (RFC 7578).
public struct Multipart {
    /// A part with its header fields.
    public struct Part {
        /// Name of the field.
        public let name: String
        /// Name of the file on the client; nil for a part that is not a file.
        public let file: String?
        /// The bytes between two boundaries.
        public let content: ArraySlice<UInt8>

        /// Whether it is a file.
        public var isFile: Bool { file != nil }
    }

    /// The parts in order.
    public let parts: [Part]

    /// Parses a body.
    /// - Parameters:
    ///   - type: The request's content type, which contains the boundary.
    ///   - most: Maximum number of parts.
    /// - Throws: `Failure` that says what is wrong.
    public init(_ body: [UInt8], type: String, most: Int) throws {
        guard let boundary = Self.parameter("boundary", of: type), !boundary.isEmpty, boundary.utf8.count <= 70 else {
            throw Failure(
                .invalidArgument, "The content type of a form needs a boundary, such as the one that 'curl -F' adds.")
        }
        let mark = Array("\r\n--\(boundary)".utf8)
        var parts: [Part] = []
        // The first boundary is at the very beginning.
        let whole = [13, 10] + body
        var start = Self.find(mark, in: whole, from: 0)
        while let begin = start {
            let after = begin + mark.count
            if whole[after...].starts(with: Array("--".utf8)) {
                self.parts = parts
                return
            }
            guard let next = Self.find(mark, in: whole, from: after),
                let headEnd = Self.find([13, 10, 13, 10], in: whole, from: after), headEnd < next
            else { break }
            guard parts.count < most else {
                throw Failure(.invalidArgument, "The form has more than \(most) parts; send several requests.")
            }
            let head = String(decoding: whole[after..<headEnd], as: UTF8.self)
            parts.append(try Self.part(head, whole[(headEnd + 4)..<max(next, headEnd + 4)]))
            start = next
        }
        throw Failure(.invalidArgument, "The form is truncated: its last boundary is missing.")
    }

    private static func part(_ head: String, _ content: ArraySlice<UInt8>) throws -> Part {
        for line in head.split(whereSeparator: \.isNewline)
        where line.lowercased().hasPrefix("content-disposition:") {
            guard let name = parameter("name", of: String(line)) else { break }
            return Part(name: name, file: parameter("filename", of: String(line)), content: content)
        }
        throw Failure(.invalidArgument, "A part of the form has no name; its Content-Disposition needs name=\"…\".")
    }

    /// A parameter of a header field: `name="file"`, or without quotation marks.
    private static func parameter(_ name: String, of field: String) -> String? {
        for piece in field.split(separator: ";").dropFirst() {
            let pair = piece.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard pair.count == 2, pair[0].lowercased() == name else { continue }
            return pair[1].hasPrefix("\"") && pair[1].hasSuffix("\"") && pair[1].count >= 2
                ? String(pair[1].dropFirst().dropLast()) : pair[1]
        }
        return nil
    }

    private static func find(_ mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return nil }
            var place = start
            while place + mark.count <= bytes.count,
                let found = memchr(base + place, Int32(mark[0]), bytes.count - mark.count + 1 - place)
            {
                if memcmp(found, mark, mark.count) == 0 { return base.distance(to: UnsafeRawPointer(found)) }
                place = base.distance(to: UnsafeRawPointer(found)) + 1
            }
            return nil
        }
    }
}
