import ArgumentParser
import Foundation
import Model
import Preparation
import Tables

/// Takes `DataSettings` as JSON on each line of stdin, and answers with a `DataReport` as JSON on a line; or with a line that
/// begins with `!`, followed by the failure as JSON.
struct LookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "look", abstract: "Tell what is found in data.")

    func run() throws {
        while let line = readLine() { try answer(Data(line.utf8)) }
    }

    private func answer(_ request: Data) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        // JSON has no infinite numbers, and data of users may.
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
