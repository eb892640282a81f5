import Foundation
import Model

/// The parts of a body of the type `multipart/form-data` (RFC 7578).
struct Multipart {
    /// A part with what its head says.
    struct Part {
        let name: String
        /// Whether it is a file.
        let isFile: Bool
        let content: ArraySlice<UInt8>
    }

    /// The parts in their order.
    let parts: [Part]

    /// - Parameters:
    ///   - type: The request's content type, which has the boundary.
    ///   - most: Parts at most.
    /// - Throws: `Failure` that says what is wrong.
    init(_ body: [UInt8], type: String, most: Int) throws {
        guard let boundary = Self.parameter("boundary", of: type), !boundary.isEmpty, boundary.utf8.count <= 70 else {
            throw Failure(.invalidArgument, "The content type of a form needs a boundary, as 'curl -F' makes one.")
        }
        let mark = Array("\r\n--\(boundary)".utf8)
        var parts: [Part] = []
        // The first boundary stands at the very beginning.
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
        throw Failure(.invalidArgument, "The form is cut short: its last boundary is missing.")
    }

    private static func part(_ head: String, _ content: ArraySlice<UInt8>) throws -> Part {
        for line in head.split(whereSeparator: \.isNewline)
        where line.lowercased().hasPrefix("content-disposition:") {
            guard let name = parameter("name", of: String(line)) else { break }
            return Part(name: name, isFile: parameter("filename", of: String(line)) != nil, content: content)
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
        var place = start
        while place <= bytes.count, let found = bytes[place...].firstIndex(of: mark[0]) {
            if bytes[found...].starts(with: mark) { return found }
            place = found + 1
        }
        return nil
    }
}
