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

    private static func answer(to lesson: Data) throws -> Data {
        do {
            return try JSONEncoder().encode(
                AutoencoderAnswer.report(try report(on: JSONDecoder().decode(AutoencoderLesson.self, from: lesson))))
        } catch {
            return try JSONEncoder().encode(AutoencoderAnswer.failure(Failure(error)))
        }
    }

    private static func report(on lesson: AutoencoderLesson) throws -> AutoencoderReport {
        let model = try StructureAutoencoder(lesson.strings, lesson.settings, seed: lesson.seed)
        var generator = SeededGenerator(seed: lesson.seed)
        try model.learn(from: lesson.examples, using: &generator)
        func figures(on examples: [AutoencoderLesson.Example]) throws -> AutoencoderReport.Figures {
            .init(
                ranking: try model.rankingAccuracy(on: examples), distance: try model.decodingDistance(on: examples))
        }
        let read = try lesson.steps.map { step in
            let strings = try model.strings(from: lesson.parents, uphill: step)
            return zip(strings, try model.predictions(of: strings)).map {
                AutoencoderLesson.Example(choices: $0, worth: $1)
            }
        }
        return AutoencoderReport(
            learned: try figures(on: lesson.examples),
            heldOut: lesson.heldOut.isEmpty ? nil : try figures(on: lesson.heldOut),
            points: try model.points(of: lesson.placed), read: read)
    }
}
