import Foundation
import Model
import Tables
import TestSupport

/// A folder with a test's synthetic data.
struct MadeData {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// Writes a file, with the folders that it needs.
    @discardableResult
    func write(_ text: String, as name: String) throws -> MadeData { try write(Array(text.utf8), as: name) }

    /// Writes a file, with the folders that it needs.
    @discardableResult
    func write(_ bytes: [UInt8], as name: String) throws -> MadeData {
        let file = folder.file(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return self
    }

    /// Settings for a file or folder in it.
    func settings(_ name: String = "", target: String...) -> DataSettings {
        DataSettings(
            source: name.isEmpty ? folder.url.path : folder.path(name),
            target: target.isEmpty ? nil : DataSettings.Answer(columns: target))
    }

    /// Opens it.
    func table(_ name: String = "", target: String...) throws -> SampleTable {
        var settings = settings(name)
        if !target.isEmpty { settings.target = DataSettings.Answer(columns: target) }
        return try SampleTable(settings: settings)
    }

    /// The failure of opening it.
    func failure(_ name: String = "", target: String..., change: (inout DataSettings) -> Void = { _ in }) -> String {
        var settings = settings(name)
        if !target.isEmpty { settings.target = DataSettings.Answer(columns: target) }
        change(&settings)
        do {
            _ = try SampleTable(settings: settings)
            return "no failure"
        } catch {
            return (error as? Failure)?.message ?? "\(error)"
        }
    }
}

/// A table with a number, a word and a class.
func madeRows(_ count: Int, classes: Int = 3) -> String {
    "size,color,label\n"
        + (0..<count).map { "\($0 % 7 + $0 / 7),\(["red", "blue"][$0 % 2]),c\($0 % classes)\n" }.joined()
}
