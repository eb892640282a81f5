import ArgumentParser
import Foundation
import HelperProcesses
import Model
import Tables

/// How data that a command is about are read.
struct DataOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("A folder, a table or another file.", valueName: "path"))
    var path: String

    @Option(name: .long, help: "Column to learn; several with commas between.")
    var target: String?

    @Option(name: .long, help: "Kind of the target: classification, multi-label or regression.")
    var kind: String?

    @Option(name: .long, help: "Column whose values stay on one side of the split, such as a speaker.")
    var group: String?

    @Option(name: .long, help: "Column by whose order samples are parted; the latest are for test.")
    var time: String?

    @Option(name: .long, help: "What parts the columns of a table (default: found by looking).")
    var separator: String?

    @Option(name: .long, help: "Encoding of texts, such as latin-1 (default: utf-8).")
    var encoding: String?

    @Option(name: .long, help: "Names of the columns of a table without a header, with commas between.")
    var columns: String?

    @Option(name: .long, help: "Columns that no network may see, with commas between.")
    var ignore: String?

    @Option(name: .long, help: "Folder that paths in a table are relative to (default: the table's own).")
    var files: String?

    /// The options as settings; the path becomes absolute.
    var settings: DataSettings {
        get throws {
            let current = URL(
                filePath: FileManager.default.currentDirectoryPath, directoryHint: .isDirectory)
            let place = URL(filePath: path, relativeTo: current).standardizedFileURL.path
            var settings = DataSettings(
                source: place, ignored: ignore.map(Self.words) ?? [],
                split: DataSettings.Split(group: group, time: time))
            let kind: Target.Kind? = try kind.map { try choice($0, of: "kind") }
            if let target { settings.target = DataSettings.Answer(columns: Self.words(target), kind: kind) }
            if target == nil && kind != nil { throw ValidationError("--kind says what --target is; name that, too.") }
            settings.separator = separator
            settings.encoding = encoding
            settings.columns = columns.map(Self.words)
            settings.files = files.map { URL(filePath: $0, relativeTo: current).standardizedFileURL.path }
            return settings
        }
    }

    private static func words(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
}

/// Looks at data in a process of its own.
enum DataLooking {
    /// Data of a hundred million rows take this long.
    private static let longest = Duration.seconds(6 * 3_600)

    /// What is found with some settings.
    /// - Throws: The `Failure` that the process tells.
    static func report(_ settings: DataSettings) throws -> DataReport {
        let helper = try HelperProcess("gyrus-data", ["look"], longest: longest)
        helper.say(String(decoding: try JSONEncoder().encode(settings), as: UTF8.self))
        guard let line = try helper.line() else {
            throw Failure(.unavailable, "gyrus-data has ended without an answer; its messages are above.")
        }
        if line.hasPrefix("!") { throw try JSONDecoder().decode(Failure.self, from: Data(line.dropFirst().utf8)) }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try decoder.decode(DataReport.self, from: Data(line.utf8))
    }
}

/// Looks at data of a user.
struct DatasetLook: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "look",
        abstract: "Look at a folder, a table or another file: what it holds, what could be learned, what is wrong.",
        discussion: """
              gyrus datasets look clothes
              gyrus datasets look energy/buildings.csv --target heating,cooling
              gyrus datasets look skin --group lesion --format json
            """)

    @OptionGroup var data: DataOptions

    @Option(name: .long, help: "Form of the output: table or json.")
    var format: ListFormat = .table

    func run() async throws {
        let report = try DataLooking.report(try data.settings)
        emit(format == .json ? try json(report) : report.text())
    }
}
