import Foundation
import HelperProcesses
import Model
import Serving
import Tables

/// A process that runs one package, confined to it.
///
/// Not `Sendable`: one thread at a time may use it.
final class PackageProcess {
    private let process: HelperProcess
    /// What the network was trained on, and how values are prepared for it.
    let manifest: DatasetManifest

    /// Starts it.
    /// - Parameters:
    ///   - place: Words that tell it where to compute.
    ///   - longest: Longest time for a batch.
    /// - Throws: `Failure` that says why the package cannot be used.
    init(_ package: URL, place: [String], longest: Duration) throws {
        process = try HelperProcess("gyrus-data", ["answer"] + place + [package.path], longest: longest)
        manifest = try AnswerMessages.manifest(try Self.read(process))
    }

    /// The answers for samples, each with the cells of each input's columns.
    func answers(_ samples: [[[Cell]]]) throws -> [Result<[Float], Failure>] {
        try process.say(bytes: AnswerMessages.frame(AnswerMessages.samples(samples)))
        let answers = try AnswerMessages.answers(in: try Self.read(process))
        guard answers.count == samples.count else {
            throw Failure(.internal, "The process of a package answered \(answers.count) of \(samples.count) samples.")
        }
        return answers
    }

    private static func read(_ process: HelperProcess) throws -> [UInt8] {
        guard let head = try process.bytes(4), let content = try process.bytes(try AnswerMessages.length(head)) else {
            throw Failure(.unavailable, "The process of a package ended; the log says why.")
        }
        return content
    }
}
