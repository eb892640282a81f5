import Foundation
import HelperProcesses
public import Model

/// The helper program that reads a user's data and runs packages; this program does not link its libraries.
public struct DataHelper {
    private let process: HelperProcess

    private static let name = "gyrus-data"

    /// The path of the program.
    static var path: String { ProgramBeside(name).path }

    /// Starts one of its commands.
    public init(_ arguments: [String]) throws { process = try HelperProcess(Self.name, arguments) }

    /// Sends a line.
    public func say(_ line: String) { process.say(line) }

    /// Sends a value as one line of JSON.
    public func say(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        process.say(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Decodes its next line.
    /// - Throws: The failure that it reports, or one if it exited without an answer.
    public func next() throws -> PreparationMessage {
        let message = try next(PreparationMessage.self)
        if let failure = message.failure { throw failure }
        return message
    }

    /// Its next line, unparsed.
    /// - Throws: `Failure` with code `internal` if it exited without an answer.
    public func next<Message: Decodable>(_ type: Message.Type) throws -> Message {
        guard let line = try process.line() else {
            throw Failure(.internal, "the data helper exited without an answer; see its last output above")
        }
        return try JSONDecoder().decode(type, from: Data(line.utf8))
    }
}
