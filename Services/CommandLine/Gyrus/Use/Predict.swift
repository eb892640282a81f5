import ArgumentParser
import DesignerClient
import Foundation
import HelperProcesses
import Model
import Presentation
import RegistryClient
import ServerClient

/// Predicts on new data with a trained network.
struct Predict: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predict on new data with a trained network.",
        discussion: """
              gyrus predict results/clothes picture.jpg more/*.jpg
              gyrus predict results/skin --table new.csv --output answers.csv
              gyrus predict 3fa27c11 photos          a scenario's result, on all files of a folder

            The network is a folder written by 'gyrus result --output', its model.pt, a model in
            the registry, or a scenario, which stands for its result. Samples that cannot be read
            are reported and get no answer; the exit status is then 1. Categories that the
            training data does not have are reported, too.
            """)

    /// Number of samples between progress updates.
    private static let reported = 1_000

    /// Maximum number of unknown values to list.
    private static let listedNotes = 20

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("Table with one row per sample.", valueName: "file"))
    var table: String?

    @Option(
        help: ArgumentHelp(
            "Folder that paths in the table are relative to (default: the table's folder).",
            valueName: "folder"))
    var files: String?

    @Option(name: [.short, .long], help: ArgumentHelp("File to write (default: stdout).", valueName: "file"))
    var output: String?

    @Option(help: "Output format: csv, or json with one object per line.")
    var format: PredictionFormat = .csv

    @Option(help: ArgumentHelp("Number of most probable classes to report.", valueName: "number"))
    var top = 1

    @OptionGroup var place: PlaceWords

    @Argument(help: "Network to predict with.")
    var model: String

    @Argument(help: "Files, or folders of files, to predict for.")
    var inputs: [String] = []

    func validate() throws {
        guard (table == nil) != inputs.isEmpty else {
            throw ValidationError("give files to predict for, or a table with --table.")
        }
        guard (1...100).contains(top) else { throw ValidationError("--top must be from 1 to 100, not \(top).") }
    }

    func run() async throws {
        let package = try await PackageFinder(services: { try Services(gyrus.project) }).find(model)
        let request = PredictionRequest(
            paths: try inputs.flatMap(Self.files), table: table.map { URL(filePath: $0).path },
            files: files.map { URL(filePath: $0).path })
        let process = try HelperProcess("gyrus-data", ["predict"] + place.words + [package.path])
        process.say(String(decoding: try JSONEncoder().encode(request), as: UTF8.self))
        let sink = try PredictionSink(format: format, top: top, file: output)
        // On stdout, the answers themselves show the progress.
        let progress = output.map { _ in RowCount("Predicting") }
        var (answered, failed, noted) = (0, 0, 0)
        while let line = try process.line() {
            let message = try JSONDecoder().decode(PredictionMessage.self, from: Data(line.utf8))
            if let target = message.target { try sink.begin(target) }
            guard let place = message.place else {
                if let failure = message.failure {
                    progress?.end()
                    throw failure
                }
                continue
            }
            if (answered + failed).isMultiple(of: Self.reported) { progress?.show(answered + failed) }
            if let failure = message.failure {
                failed += 1
                progress?.end()
                say("\(place): \(failure.message)")
            } else {
                answered += 1
            }
            for note in (message.notes ?? []).prefix(max(0, Self.listedNotes - noted)) {
                progress?.end()
                say("\(place): \(note)")
            }
            noted += message.notes?.count ?? 0
            try sink.add(place, message.answer, message.failure, notes: message.notes)
        }
        progress?.end()
        if noted > Self.listedNotes {
            say("… and \(Figures.count(noted - Self.listedNotes)) more unknown values; --format json lists all.")
        }
        try sink.end()
        if let output { say("\(Figures.count(answered)) answers are in \(output).") }
        guard failed == 0 else {
            throw Failure(
                .corrupt, "\(failed) of \(answered + failed) samples could not be read and got no answer")
        }
    }

    /// A file, or the files of a folder except hidden ones.
    private static func files(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Failure(.notFound, "there is no file or folder '\(path)'")
        }
        guard isFolder.boolValue else { return [URL(filePath: path).path] }
        let found = FileManager.default.enumerator(
            at: URL(filePath: path), includingPropertiesForKeys: [.isRegularFileKey], options: [.skipsHiddenFiles])
        let files = (found?.allObjects as? [URL] ?? []).filter {
            (try? $0.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true
        }
        guard !files.isEmpty else { throw Failure(.notFound, "the folder '\(path)' has no files") }
        return files.map(\.path).sorted()
    }
}
