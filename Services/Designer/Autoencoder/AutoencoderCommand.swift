import Foundation
import Model
import Search
import Torch

/// Trains with libtorch for searches by neural architecture optimization, in a separate process, so that the searching
/// process starts without libtorch.
///
/// Reads one request per line from stdin and answers each with one line. Not for direct use; searches start it.
@main
struct AutoencoderCommand {
    static func main() throws {
        while let line = readLine() {
            try FileHandle.standardOutput.write(contentsOf: answer(to: Data(line.utf8)) + Data("\n".utf8))
        }
    }

    private static func answer(to request: Data) throws -> Data {
        do {
            return try JSONEncoder().encode(
                AutoencoderAnswer.report(try report(on: JSONDecoder().decode(AutoencoderRequest.self, from: request))))
        } catch {
            return try JSONEncoder().encode(AutoencoderAnswer.failure(Failure(error)))
        }
    }

    private static func report(on request: AutoencoderRequest) throws -> AutoencoderReport {
        let model = try StructureAutoencoder(request.strings, request.settings, seed: request.seed)
        var generator = SeededGenerator(seed: request.seed)
        try model.learn(from: request.examples, using: &generator)
        func quality(on examples: [AutoencoderRequest.Example]) throws -> AutoencoderReport.Quality {
            .init(
                ranking: try model.rankingAccuracy(on: examples), distance: try model.decodingDistance(on: examples))
        }
        let read = try request.steps.map { step in
            let strings = try model.strings(from: request.parents, uphill: step)
            return zip(strings, try model.predictions(of: strings)).map {
                AutoencoderRequest.Example(choices: $0, worth: $1)
            }
        }
        return AutoencoderReport(
            learned: try quality(on: request.examples),
            heldOut: request.heldOut.isEmpty ? nil : try quality(on: request.heldOut),
            points: try model.points(of: request.placed), read: read)
    }
}
