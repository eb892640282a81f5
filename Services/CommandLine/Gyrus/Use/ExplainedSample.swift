import ArgumentParser
import Foundation
import Model
import Presentation
import ServerClient

/// The options of `gyrus explain` for explaining a network's answer.
struct ExplainedSample: ParsableArguments {
    @Option(
        name: .customLong("table"), help: ArgumentHelp("Table that contains the sample as a row.", valueName: "file"))
    var rows: String?

    @Option(help: ArgumentHelp("Number of the row, starting from 1.", valueName: "number"))
    var row: Int?

    @Option(
        help: ArgumentHelp(
            "Folder that paths in the table are relative to (default: the table's folder).", valueName: "folder"))
    var files: String?

    @Option(
        help: ArgumentHelp(
            "Class, label or number to explain (default: the most probable one, or the first).", valueName: "name"))
    var answer: String?

    @Option(
        help: ArgumentHelp(
            "Number of pieces per side of a picture, or per sound or series (2 to 64).", valueName: "number"))
    var pieces: Int?

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("PNG file to write: the sample overlaid with a heat map.", valueName: "file"))
    var output: String?

    @Argument(help: ArgumentHelp("Picture, sound or text file to explain the answer for.", valueName: "sample"))
    var sample: String?

    /// Whether a sample is given.
    var isGiven: Bool { sample != nil || rows != nil }

    /// Refuses options that need a sample.
    func refuse() throws {
        let options: [(String, Bool)] = [
            ("--row", row != nil), ("--files", files != nil), ("--answer", answer != nil), ("--pieces", pieces != nil),
            ("--output", output != nil),
        ]
        guard let option = options.first(where: \.1) else { return }
        throw ValidationError("\(option.0) requires a sample: give a file, or a table with --table.")
    }

    /// Explains a network's answer.
    func explain(_ model: String, _ project: ProjectOptions, _ format: ListFormat) async throws {
        guard (sample == nil) != (rows == nil) else {
            throw ValidationError("give either a file or a table with --table, not both.")
        }
        let (row, pieces) = (row ?? 1, pieces ?? 14)
        guard row >= 1 else { throw ValidationError("--row must be 1 or more.") }
        guard (2...64).contains(pieces) else { throw ValidationError("--pieces must be from 2 to 64, not \(pieces).") }
        if let sample, !FileManager.default.fileExists(atPath: sample) {
            throw Failure(.notFound, "there is no file '\(sample)'")
        }
        let package = try await PackageFinder(services: { try Services(project) }).find(model)
        let helper = try DataHelper(["explain", package.path])
        let request = ExplanationRequest(
            path: sample.map { URL(filePath: $0).path }, table: rows.map { URL(filePath: $0).path },
            files: files.map { URL(filePath: $0).path }, row: row, answer: answer, pieces: pieces,
            isDrawn: output != nil)
        try helper.say(request)
        let message = try helper.next(ExplanationMessage.self)
        if let failure = message.failure { throw failure }
        guard let explanation = message.explanation else { return }
        if let output, let picture = message.picture {
            do {
                try picture.write(to: URL(filePath: output), options: .atomic)
            } catch {
                throw Failure(.permissionDenied, "'\(output)' cannot be written: \(error.systemReason)")
            }
        }
        emit(format == .json ? try json(explanation) : Self.text(explanation))
        if let output { say("The heat map is in \(output).") }
    }

    /// Maximum number of parts to show.
    private static let most = 20

    private static func text(_ explanation: PackageExplanation) -> String {
        let name = explanation.target.names[explanation.explained]
        let value = Figures.fixed(Double(explanation.answer[explanation.explained]), 4)
        let isNumber = explanation.target.kind == .regression
        var sections = ["\(explanation.place): \(name) \(isNumber ? "=" : "with probability") \(value)"]
        if explanation.modalities.count > 1 {
            let rows = explanation.modalities.sorted { abs($0.weight) > abs($1.weight) }
            sections.append(table(["MODALITY", "FALLS BY"], rows.map { [$0.name, Figures.fixed($0.weight, 4)] }))
        }
        if !explanation.parts.isEmpty {
            let rows = explanation.parts.prefix(most).map { [$0.modality, $0.name, Figures.fixed($0.weight, 4)] }
            let more = explanation.parts.count - rows.count
            sections.append(
                table(["MODALITY", "WITHOUT", "FALLS BY"], Array(rows))
                    + (more > 0 ? "\n… and \(more) more parts; --format json lists all." : ""))
        }
        for map in explanation.maps {
            let strongest = map.weights.joined().map(abs).max() ?? 0
            // Shades for the weights of a picture's cells, from none to most; a minus sign marks evidence against the answer.
            let lines = map.weights.map { row in
                row.map { weight -> String in
                    guard strongest > 0 else { return "·" }
                    let share = abs(weight) / strongest
                    if weight < 0 { return share > 0.25 ? "-" : "·" }
                    return ["·", "░", "▒", "▓", "█"][min(4, Int(share * 5))]
                }.joined()
            }
            sections.append(
                "\(map.modality): \(lines.count) rows of cells, darker means stronger evidence for the answer\n"
                    + lines.joined(separator: "\n"))
        }
        return sections.joined(separator: "\n\n")
    }
}
