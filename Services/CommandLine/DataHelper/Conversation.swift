import ArgumentParser
import Foundation
import Model

/// Runs a command that answers lines of JSON; a failure is the last of them.
/// - Parameter telling: The message that tells a failure.
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
        // Whoever asked may be gone, and then needs no answer.
        try? answer(failed(Failure(error)))
        throw ExitCode.failure
    }
}

/// What is asked for, as JSON on the next line of stdin.
/// - Throws: `Failure` with code `invalid-argument` where there is no such line.
func readRequest<Request: Decodable>(_ type: Request.Type) throws -> Request {
    guard let line = readLine(), let request = try? JSONDecoder().decode(type, from: Data(line.utf8)) else {
        throw Failure(.invalidArgument, "A request as JSON is needed on the first line.")
    }
    return request
}
