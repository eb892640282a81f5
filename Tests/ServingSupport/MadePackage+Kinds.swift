import Foundation
import Model
import TestSupport

extension MadePackage {
    /// The modalities of mixed rows, and the structures that read them.
    private static let modalities: [String: (settings: DataSettings.Modality, family: String)] = {
        var photo = DataSettings.Modality(columns: ["photo"], kind: .image)
        photo.size = [16, 16]
        return [
            "photo": (photo, "LeNet3"), "voice": (.init(columns: ["voice"], kind: .audio), "LeNet3"),
            "note": (.init(columns: ["note"], kind: .text), "TextCNN"),
            "facts": (.init(columns: ["age", "weight", "city"], kind: .table), "MLP"),
            "steps": (.init(columns: ["steps"], kind: .series), "TCN"),
        ]
    }()

    /// Names of all modalities.
    package static var kinds: [String] { modalities.keys.sorted() }

    /// A network of one modality, or one that joins several.
    package static func of(_ names: [String]) throws -> MadePackage {
        let folder = try TemporaryDirectory()
        try MixedRows.write(to: folder)
        // A network of one modality cannot answer a row that lacks it.
        try rows(in: folder, having: names.count == 1 && ["photo", "voice"].contains(names[0]) ? names[0] : nil)
        let chosen = modalities.filter { names.contains($0.key) }
        let settings = DataSettings(
            source: folder.path("rows.jsonl"), target: .init(columns: ["kind"], kind: .classification),
            modalities: chosen.mapValues(\.settings), tolerance: 0.3)
        return try MadePackage(settings, in: folder, families: chosen.mapValues(\.family))
    }

    /// The mixed rows with a series, as JSON lines.
    /// - Parameter needed: What every row has.
    private static func rows(in folder: TemporaryDirectory, having needed: String?) throws {
        let lines = try String(contentsOf: folder.file("rows.csv"), encoding: .utf8).split(separator: "\n")
        let names = lines[0].split(separator: ",").map(String.init)
        var written = ""
        for (number, line) in lines.dropFirst().enumerated() {
            // The one quoted cell, the text, may have commas.
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            let cells =
                parts[0].split(separator: ",", omittingEmptySubsequences: false).dropLast() + [parts[1]]
                + parts[2].split(separator: ",", omittingEmptySubsequences: false).dropFirst()
            var row: [String: Any] = [:]
            for (name, cell) in zip(names, cells) {
                let isNumber = ["age", "weight"].contains(name)
                row[name] = cell.isEmpty ? NSNull() : isNumber ? (Double(cell) ?? 0) as Any : String(cell)
            }
            row["steps"] = (0..<12 + number % 4).map { [Double($0 * number % 7), Double($0) / 3] }
            if let needed, row[needed] is NSNull { continue }
            let json = try JSONSerialization.data(withJSONObject: row, options: [.sortedKeys])
            written += String(decoding: json, as: UTF8.self) + "\n"
        }
        try Data(written.utf8).write(to: folder.file("rows.jsonl"))
    }
}
