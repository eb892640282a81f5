import Foundation
import HelperProcesses
import Model

/// The helper program that reads a user's data and runs packages; what it links stays out of this program.
struct DataHelper {
    private let process: HelperProcess

    /// Starts a command of it.
    init(_ arguments: [String]) throws { process = try HelperProcess("gyrus-data", arguments) }

    /// Says a line.
    func say(_ line: String) { process.say(line) }

    /// Says a value as one line of JSON.
    func say(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        process.say(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// What it says next.
    /// - Throws: The failure that it tells, or one where it has ended without a word.
    func next() throws -> PreparationMessage {
        guard let line = try process.line() else {
            throw Failure(.internal, "the helper program for data ended without an answer; its last words stand above")
        }
        let message = try JSONDecoder().decode(PreparationMessage.self, from: Data(line.utf8))
        if let failure = message.failure { throw failure }
        return message
    }
}
