import ArgumentParser
import Foundation
import HelperProcesses
import Model
import Tables

/// Options for reading a user's data.
struct DataOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Folder, table or other file.", valueName: "path"))
    var path: String

    @Option(name: .long, help: "Column to predict, or several separated by commas.")
    var target: String?

    @Option(name: .long, help: "Kind of target: classification, multi-label or regression.")
    var kind: String?

    @Option(name: .long, help: "Grouping column, such as the speaker; a group is never divided between splits.")
    var group: String?

    @Option(name: .long, help: "Column to split by time; the latest samples become the test split.")
    var time: String?

    @Option(name: .long, help: "Column separator of the table (default: detected).")
    var separator: String?

    @Option(name: .long, help: "Text encoding, such as latin-1 (default: utf-8).")
    var encoding: String?

    @Option(name: .long, help: "Column names for a table without a header, separated by commas.")
    var columns: String?

    @Option(name: .long, help: "Columns to ignore, separated by commas.")
    var ignore: String?

    @Option(name: .long, help: "Folder that paths in the table are relative to (default: the table's folder).")
    var files: String?

    /// The options as settings, with an absolute path.
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
            if target == nil && kind != nil { throw ValidationError("--kind requires --target.") }
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

/// Inspects data in a separate process.
enum DataLooking {
    /// Enough time for a hundred million rows.
    private static let longest = Duration.seconds(6 * 3_600)

    /// The report on the data with given settings.
    /// - Throws: The `Failure` that the process reports.
    static func report(_ settings: DataSettings) throws -> DataReport {
        let helper = try HelperProcess("gyrus-data", ["look"], longest: longest)
        helper.say(String(decoding: try JSONEncoder().encode(settings), as: UTF8.self))
        guard let line = try helper.line() else {
            throw Failure(.unavailable, "gyrus-data exited without an answer; see its messages above.")
        }
        if line.hasPrefix("!") { throw try JSONDecoder().decode(Failure.self, from: Data(line.dropFirst().utf8)) }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try decoder.decode(DataReport.self, from: Data(line.utf8))
    }
}

/// Inspects a user's data.
struct DatasetLook: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "look",
        abstract: "Inspect a folder, a table or another file: its contents, possible targets and problems.",
        discussion: """
              gyrus datasets look clothes
              gyrus datasets look energy/buildings.csv --target heating,cooling
              gyrus datasets look skin --group lesion --format json
            """)

    @OptionGroup var data: DataOptions

    @Option(name: .long, help: "Output format: table or json.")
    var format: ListFormat = .table

    func run() async throws {
        let report = try DataLooking.report(try data.settings)
        emit(format == .json ? try json(report) : report.text())
    }
}
