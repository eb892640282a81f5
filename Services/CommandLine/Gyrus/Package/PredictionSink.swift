import ArgumentParser
import Foundation
import Model
import Presentation

/// Writes answers as a table or as JSON lines, to stdout or to a file that appears only when it is complete.
final class PredictionSink {
    private let format: PredictionFormat
    private let top: Int
    private let file: URL?
    private let partial: URL?
    /// The partial file; nil for stdout.
    private let handle: FileHandle?
    /// Titles of additional columns, placed after the sample.
    private let further: [String]
    private var target = Target(.classification, names: [])

    init(format: PredictionFormat, top: Int, file: String?, further: [String] = []) throws {
        self.format = format
        self.further = further
        self.top = top
        self.file = file.map { URL(filePath: $0) }
        partial = self.file?.appendingPathExtension("partial")
        if let partial {
            guard FileManager.default.createFile(atPath: partial.path, contents: nil) else {
                throw Failure(
                    .permissionDenied, "the file '\(partial.path)' cannot be written; choose another with --output")
            }
            handle = try FileHandle(forWritingTo: partial)
        } else {
            handle = nil
        }
    }

    /// Sets the target that the numbers belong to, and writes the titles.
    func begin(_ target: Target) throws {
        self.target = target
        guard format == .csv else { return }
        let columns: [String]
        switch target.kind {
        case .classification:
            columns = (1...top).flatMap {
                $0 == 1 ? ["prediction", "probability"] : ["prediction \($0)", "probability \($0)"]
            }
        case .multiLabel: columns = ["prediction", "probabilities"]
        case .regression: columns = target.names
        }
        try write(["sample"] + further + columns)
    }

    /// Writes the answer for a sample, or a row without an answer.
    /// - Parameter values: The values of the additional columns.
    func add(
        _ place: String, _ answer: [Float]?, _ failure: Failure?, notes: [String]? = nil, further values: [String] = []
    ) throws {
        switch format {
        case .csv: try write([place] + values + (answer.map(cells) ?? []))
        case .json: try line(try json(Prediction(place, answer, failure, notes, target, top: top)))
        }
    }

    /// Renames the completed file to its final name.
    func end() throws {
        guard let file, let partial, let handle else { return }
        try handle.close()
        guard rename(partial.path, file.path) == 0 else {
            throw Failure(.permissionDenied, "'\(file.path)' cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    private func cells(_ answer: [Float]) -> [String] {
        switch target.kind {
        case .classification:
            return Prediction.best(answer, top).flatMap { [target.names[$0], Figures.fixed(Double(answer[$0]), 6)] }
        case .multiLabel:
            let chosen = target.labels(of: answer)
            return [
                chosen.map { target.names[$0] }.joined(separator: "|"),
                chosen.map { Figures.fixed(Double(answer[$0]), 6) }.joined(separator: "|"),
            ]
        case .regression: return answer.map { "\($0)" }
        }
    }

    private func write(_ cells: [String]) throws { try line(Self.line(cells)) }

    /// Formats cells as a line of a CSV file (RFC 4180).
    static func line(_ cells: [String]) -> String {
        cells.map { cell in
            let needsQuotes = cell.contains { $0 == "," || $0 == "\"" || $0.isNewline }
            return needsQuotes ? "\"\(cell.replacing("\"", with: "\"\""))\"" : cell
        }.joined(separator: ",")
    }

    private func line(_ text: String) throws {
        guard let handle else { return emit(text) }
        try handle.write(contentsOf: Data("\(text)\n".utf8))
    }

    private func json(_ prediction: Prediction) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(prediction), as: UTF8.self)
    }
}

/// An answer as JSON for programs.
private struct Prediction: Encodable {
    let sample: String
    var prediction: [String]?
    var probabilities: [String: Float]?
    var numbers: [String: Float]?
    var notes: [String]?
    var error: String?

    init(
        _ place: String, _ answer: [Float]?, _ failure: Failure?, _ notes: [String]?, _ target: Target, top: Int
    ) {
        sample = place
        self.notes = notes
        error = failure?.message
        guard let answer else { return }
        let named = Dictionary(uniqueKeysWithValues: zip(target.names, answer))
        switch target.kind {
        case .classification:
            prediction = Self.best(answer, top).map { target.names[$0] }
            probabilities = named
        case .multiLabel:
            prediction = target.labels(of: answer).map { target.names[$0] }
            probabilities = named
        case .regression: numbers = named
        }
    }

    /// Indices of the largest numbers, largest first.
    static func best(_ answer: [Float], _ count: Int) -> [Int] {
        Array(answer.indices.sorted { (answer[$1], $0) < (answer[$0], $1) }.prefix(count))
    }
}

/// Output format of answers.
enum PredictionFormat: String, ExpressibleByArgument, CaseIterable {
    case csv
    case json
}
