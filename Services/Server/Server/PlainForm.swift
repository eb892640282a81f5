import Foundation
import Model
import Tables
import WebGuard

/// The rows of a plain request: JSON, or a form with files.
struct PlainForm {
    /// Name that stands for the only file column of a network.
    private static let file = "file"
    /// Name of the form part that holds the non-file columns as JSON.
    private static let row = "row"

    /// The rows of a body.
    /// - Throws: `Failure` that says what is wrong and how to write it.
    static func rows(_ body: [UInt8], type: String?, _ schema: SampleSchema, _ limits: ServerLimits) throws -> [[String:
        Cell]]
    {
        let kind = type?.split(separator: ";").first?.trimmingCharacters(in: .whitespaces).lowercased()
        let rows: [[String: Cell]]
        switch kind {
        case "multipart/form-data": rows = try form(Multipart(body, type: type ?? "", most: limits.parts), schema)
        case "application/json", nil: rows = try JSONRows.read(body)
        case let other?:
            guard let column = schema.file,
                other.hasPrefix("image/") || other.hasPrefix("audio/") || other == "application/octet-stream"
                    || other == "text/plain"
            else {
                throw Failure(
                    .invalidArgument,
                    "Content type '\(other)' is not supported; send application/json or multipart/form-data."
                )
            }
            rows = [[column.name: .bytes(body)]]
        }
        guard !rows.isEmpty else { throw Failure(.invalidArgument, "The request has no sample.") }
        guard rows.count <= limits.samples else {
            throw Failure(
                .invalidArgument, "\(rows.count) samples exceed the limit of \(limits.samples); send several requests.")
        }
        return rows
    }

    /// Parts with the same name are that column's values for successive samples.
    private static func form(_ form: Multipart, _ schema: SampleSchema) throws -> [[String: Cell]] {
        var columns: [String: [Cell]] = [:]
        var rows: [[String: Cell]] = []
        for part in form.parts {
            if part.name == row, schema.columns.allSatisfy({ $0.name != row }) {
                rows += try JSONRows.read(Array(part.content))
                continue
            }
            guard let column = column(part.name, schema) else {
                let names = schema.columns.map(\.name)
                throw Failure(
                    .invalidArgument,
                    "The network has no input '\(part.name)'.\(NearestName.question(part.name, among: names)) It reads "
                        + "\(names.joined(separator: ", ")).")
            }
            columns[column.name, default: []].append(cell(part, column))
        }
        let count = max(rows.count, columns.values.map(\.count).max() ?? 0)
        rows += Array(repeating: [:], count: count - rows.count)
        for (name, cells) in columns {
            guard cells.count == count else {
                throw Failure(
                    .invalidArgument,
                    "The form has \(cells.count) parts '\(name)' for \(count) samples; each sample needs one.")
            }
            for (place, cell) in cells.enumerated() { rows[place][name] = cell }
        }
        return rows
    }

    private static func column(_ name: String, _ schema: SampleSchema) -> SampleSchema.Column? {
        schema.columns.first { $0.name == name } ?? (name == file ? schema.file : nil)
    }

    private static func cell(_ part: Multipart.Part, _ column: SampleSchema.Column) -> Cell {
        if part.content.isEmpty { return .missing }
        if part.isFile || column.content.isFile { return .bytes(Array(part.content)) }
        let text = String(decoding: part.content, as: UTF8.self)
        guard column.content.isNumeric else { return .text(text) }
        return (try? JSONRows.read(Array("{\"x\":\(text)}".utf8)))?.first?["x"] ?? .text(text)
    }
}
