import ArgumentParser
import Foundation
import Model

/// Runs a command that answers with lines of JSON; a failure is the last line.
/// - Parameter telling: Makes the message that reports a failure.
func answering<Message: Encodable>(
    telling failed: (Failure) -> Message, _ body: ((Message) throws -> Void) throws -> Void
) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func answer(_ message: Message) throws {
        try FileHandle.standardOutput.write(contentsOf: try encoder.encode(message) + Data("\n".utf8))
    }
    do {
        try body(answer)
    } catch {
        // The caller may have exited and then needs no answer.
        try? answer(failed(Failure(error)))
        throw ExitCode.failure
    }
}

/// Reads the request as JSON from the next line of stdin.
/// - Throws: `Failure` with code `invalid-argument` if there is no such line.
func readRequest<Request: Decodable>(_ type: Request.Type) throws -> Request {
    guard let line = readLine(), let request = try? JSONDecoder().decode(type, from: Data(line.utf8)) else {
        throw Failure(.invalidArgument, "The first line must be a request as JSON.")
    }
    return request
}
