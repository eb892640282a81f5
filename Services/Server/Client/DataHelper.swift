import Foundation
import HelperProcesses
public import Model

/// The helper program that reads a user's data and runs packages; what it links stays out of this program.
public struct DataHelper {
    private let process: HelperProcess

    /// Starts a command of it.
    public init(_ arguments: [String]) throws { process = try HelperProcess("gyrus-data", arguments) }

    /// Says a line.
    public func say(_ line: String) { process.say(line) }

    /// Says a value as one line of JSON.
    public func say(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        process.say(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// What it says next.
    /// - Throws: The failure that it tells, or one where it has ended without a word.
    public func next() throws -> PreparationMessage {
        let message = try next(PreparationMessage.self)
        if let failure = message.failure { throw failure }
        return message
    }

    /// What it says next, whatever that is.
    /// - Throws: `Failure` with code `internal` if it has ended without a word.
    public func next<Message: Decodable>(_ type: Message.Type) throws -> Message {
        guard let line = try process.line() else {
            throw Failure(.internal, "the helper program for data ended without an answer; its last words stand above")
        }
        return try JSONDecoder().decode(type, from: Data(line.utf8))
    }
}
