import Foundation
import Model
import Safetensors

extension AnswerFile {
    private static let format = "gyrus-answers 1"

    /// The file's metadata.
    private struct Head: Codable {
        var target: Target
        var count: Int
        var importances: Importances?
    }

    /// Writes the file.
    public func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let head = Head(target: target, count: count, importances: importances)
        var tensors = [
            try Tensor("outputs", shape: [samples.count, target.outputs], outputs),
            try Tensor("samples", shape: [samples.count], samples),
        ]
        if target.kind == .classification {
            tensors.append(try Tensor("classes", shape: [samples.count], classes))
        } else {
            tensors.append(try Tensor("numbers", shape: [samples.count, target.outputs], numbers))
        }
        if !places.isEmpty {
            tensors.append(
                try Tensor(
                    "places", shape: [samples.count, Self.placeBytes], places.flatMap(PlaceName.bytes)))
        }
        for (name, pictures) in pictures {
            let rows = pictures.sorted { $0.key < $1.key }
            guard let shape = rows.first?.value.shape else { continue }
            tensors.append(
                try Tensor("picture.\(name)", shape: [rows.count] + shape, rows.flatMap(\.value.bytes)))
            tensors.append(try Tensor("picture.\(name).rows", shape: [rows.count], rows.map { Int32($0.key) }))
        }
        try SafetensorsFile.write(
            tensors,
            metadata: ["format": Self.format, "answers": String(decoding: try encoder.encode(head), as: UTF8.self)],
            to: path)
    }

    /// Reads a file.
    /// - Throws: `Failure` with code `corrupt` that names the file and the error in it.
    public init(opening path: String) throws {
        let file = try SafetensorsFile(opening: path)
        guard file.metadata["format"] == Self.format, let json = file.metadata["answers"],
            let head = try? JSONDecoder().decode(Head.self, from: Data(json.utf8))
        else { throw Failure(.corrupt, "'\(path)' has no answers: its metadata has no format '\(Self.format)'.") }
        let names = Set(file.entries.map(\.name))
        let isOfClasses = head.target.kind == .classification
        self.init(
            target: head.target, count: head.count, samples: try file.elements(of: "samples"),
            outputs: try file.elements(of: "outputs"), classes: isOfClasses ? try file.elements(of: "classes") : [],
            numbers: isOfClasses ? [] : try file.elements(of: "numbers"), importances: head.importances)
        if names.contains("places") {
            let bytes: [UInt8] = try file.elements(of: "places")
            places = PlaceName.names(in: bytes)
        }
        for entry in file.entries where names.contains("\(entry.name).rows") {
            let rows: [Int32] = try file.elements(of: "\(entry.name).rows")
            let bytes: [UInt8] = try file.elements(of: entry.name)
            let shape = Array(entry.shape.dropFirst())
            let size = shape.reduce(1, *)
            guard shape.count == 3, entry.shape[0] == rows.count else {
                throw Failure(.corrupt, "'\(path)': tensor '\(entry.name)' has the shape \(entry.shape).")
            }
            let pictures = rows.enumerated().map { place, row in
                (Int(row), Picture(shape: shape, bytes: Array(bytes[place * size..<(place + 1) * size])))
            }
            self.pictures[String(entry.name.dropFirst("picture.".count))] = Dictionary(pictures) { first, _ in first }
        }
        try check(path)
    }

    private func check(_ path: String) throws {
        let (rows, width) = (samples.count, target.outputs)
        let classes = Int32(width)
        guard outputs.count == rows * width, outputs.allSatisfy(\.isFinite),
            target.kind == .classification
                ? self.classes.count == rows && self.classes.allSatisfy({ (0..<classes).contains($0) })
                : numbers.count == rows * width,
            places.isEmpty || places.count == rows,
            pictures.values.allSatisfy({ $0.keys.allSatisfy { (0..<rows).contains($0) } })
        else { throw Failure(.corrupt, "'\(path)': its numbers do not fit \(rows) samples with \(width) outputs.") }
    }
}

/// Names of places as rows of bytes of one length.
public enum PlaceName {
    /// The row of a name, padded with zeros; for a long name its end, which distinguishes files.
    public static func bytes(_ name: String) -> [UInt8] {
        var bytes = Array(name.utf8)
        if bytes.count > AnswerFile.placeBytes {
            let end = bytes.suffix(AnswerFile.placeBytes - 3).drop { $0 & 0xC0 == 0x80 }
            bytes = Array("…".utf8) + end
        }
        return bytes + [UInt8](repeating: 0, count: AnswerFile.placeBytes - bytes.count)
    }

    /// The names in rows.
    public static func names(in rows: [UInt8]) -> [String] {
        stride(from: 0, to: rows.count, by: AnswerFile.placeBytes).map { start in
            String(decoding: rows[start..<start + AnswerFile.placeBytes].prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}
