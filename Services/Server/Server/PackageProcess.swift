import Foundation
import HelperProcesses
import Model
import Serving
import Tables

/// A sandboxed process that runs one package.
///
/// Not `Sendable`: only one thread at a time may use it.
final class PackageProcess {
    private let process: HelperProcess
    /// The inputs and the target of the network, with the preparation of values.
    let manifest: DatasetManifest

    /// Starts the process.
    /// - Parameters:
    ///   - place: Command-line words for its device and precision.
    ///   - longest: Maximum time per batch.
    /// - Throws: `Failure` that says why the package cannot be used.
    init(_ package: URL, place: [String], longest: Duration) throws {
        process = try HelperProcess("gyrus-data", ["answer"] + place + [package.path], longest: longest)
        manifest = try AnswerMessages.manifest(try Self.read(process))
    }

    /// The answers for samples, each given as the cells of each input's columns.
    func answers(_ samples: [[[Cell]]]) throws -> [Result<[Float], Failure>] {
        try process.say(bytes: AnswerMessages.frame(AnswerMessages.samples(samples)))
        let answers = try AnswerMessages.answers(in: try Self.read(process))
        guard answers.count == samples.count else {
            throw Failure(.internal, "The package process answered \(answers.count) of \(samples.count) samples.")
        }
        return answers
    }

    private static func read(_ process: HelperProcess) throws -> [UInt8] {
        guard let head = try process.bytes(4), let content = try process.bytes(try AnswerMessages.length(head)) else {
            throw Failure(.unavailable, "The package process exited; see the log.")
        }
        return content
    }
}
