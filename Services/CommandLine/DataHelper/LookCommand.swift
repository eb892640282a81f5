import ArgumentParser
import Foundation
import Model
import Preparation
import Tables

/// Takes `DataSettings` as JSON on each line of stdin, and answers each with a line: a `DataReport` as JSON, or `!`
/// followed by the failure as JSON.
struct LookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "look", abstract: "Report what a source of data contains.")

    func run() throws {
        while let line = readLine() { try answer(Data(line.utf8)) }
    }

    private func answer(_ request: Data) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        // JSON has no infinite numbers, but users' data may have them.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let output = FileHandle.standardOutput
        do {
            let settings = try JSONDecoder().decode(DataSettings.self, from: request)
            let report = try SampleTable(settings: settings).report(probe: MediaProber())
            try output.write(contentsOf: try encoder.encode(report) + Data("\n".utf8))
        } catch {
            try output.write(contentsOf: Data("!".utf8) + encoder.encode(Failure(error)) + Data("\n".utf8))
        }
    }
}
