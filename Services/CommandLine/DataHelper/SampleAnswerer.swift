import Foundation
import Model
import Preparation
import Tables

/// Predicts on samples in the cells of a table.
struct SampleAnswerer {
    let package: NetworkPackage
    /// The inputs in the order of the cells.
    let inputs: [(name: String, input: DatasetManifest.Input)]

    /// Number of samples per batch.
    static let batch = 32

    init(_ package: NetworkPackage) {
        self.package = package
        inputs = package.manifest.inputs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The columns of each input.
    var columns: [[RowReader.Column]] {
        inputs.map { _, input in
            input.columns.map { RowReader.Column($0, isNumber: input.numbers.contains($0)) }
        }
    }

    /// The cells of a sample that is a single file, and the file's folder. Several inputs may read that file, such as a
    /// pretrained network next to a fresh one.
    /// - Throws: `Failure` if the network reads more than one file.
    func file(_ path: String) throws -> (cells: [[Cell]], files: FileFinder) {
        let (kinds, columns) = (Set(inputs.map(\.input.signature.kind)), Set(inputs.map(\.input.columns)))
        guard let kind = kinds.first, kinds.count == 1, columns.count == 1, [.image, .audio, .text].contains(kind)
        else {
            throw Failure(
                .invalidArgument,
                "The network reads \(inputs.map(\.name).joined(separator: ", ")); give a table with the columns "
                    + "\(ShortList.text(inputs.flatMap(\.input.columns))) with --table.")
        }
        let url = URL(filePath: path)
        var cell = Cell.text(url.path)
        if kind == .text {
            let content = FileManager.default.contents(atPath: path) ?? Data()
            cell = content.isEmpty ? .missing : .bytes([UInt8](content))
        }
        return (inputs.map { _ in [cell] }, FileFinder(url.deletingLastPathComponent().path))
    }

    /// The values of a sample's cells, by input.
    /// - Throws: `Failure` with the reason if they cannot be read.
    func values(_ cells: [[Cell]], _ reader: ValueReader) throws -> [String: RawValue] {
        guard cells.joined().contains(where: { $0 != .missing }) else {
            throw Failure(.invalidArgument, "there is nothing to predict from: every input is empty")
        }
        var values: [String: RawValue] = [:]
        for ((name, input), cells) in zip(inputs, cells) {
            values[name] = try Self.tokens(cells, input) ?? reader.value(cells, of: name, input)
        }
        return values
    }

    /// The values of a sample that the network does not know.
    func strangers(_ cells: [[Cell]], _ reader: ValueReader) -> [String] {
        zip(inputs, cells).flatMap { reader.strangers($1, of: $0.name) }
    }

    /// A text that is already tokenized.
    private static func tokens(_ cells: [Cell], _ input: DatasetManifest.Input) -> RawValue? {
        guard case .text = input.preparation, case .array(let array)? = cells.first else { return nil }
        return .tokens(array.values.map { Int32($0) })
    }

    /// The answers for a batch of samples. A faulty sample gets no answer and does not affect the others.
    func answers(_ samples: [[[Cell]]], _ reader: ValueReader) -> [Result<[Float], Failure>] {
        var results: [Result<[Float], Failure>] = []
        var read: [(index: Int, values: [String: RawValue])] = []
        for (index, cells) in samples.enumerated() {
            do {
                read.append((index, try values(cells, reader)))
                results.append(.success([]))
            } catch {
                results.append(.failure(Failure(error)))
            }
        }
        if read.count > 1, let answers = try? package.answers(read.map(\.values)) {
            for (sample, answer) in zip(read, answers) { results[sample.index] = .success(answer) }
            return results
        }
        // One by one, so that a sample on which the network fails does not take the others along.
        for sample in read {
            results[sample.index] = Result { try package.answers([sample.values])[0] }.mapError { Failure($0) }
        }
        return results
    }
}

extension DatasetManifest.Input {
    /// Names of the numeric columns.
    fileprivate var numbers: Set<String> {
        Set(columns.filter { preparation.content(of: $0, among: columns) == .number })
    }
}
