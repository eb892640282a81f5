import Foundation
import Model

/// A Python process that runs the same networks with PyTorch on command.
final class Peer {
    let version: String
    private let process = Process()
    private let commands = Pipe()
    private let answers = Pipe()

    init(python: String, program: URL, device: String) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [python, "-u", program.path, device]
        process.standardInput = commands
        process.standardOutput = answers
        try process.run()
        version = try Self.line(answers)
    }

    /// Its answer to a command: `train` or `answer`, a network, a mode, samples per mini-batch, repetitions.
    func number(_ words: String...) throws -> Double {
        commands.fileHandleForWriting.write(Data("\(words.joined(separator: " "))\n".utf8))
        let answer = try Self.line(answers)
        guard let number = Double(answer) else {
            throw Failure(.internal, "PyTorch answered '\(answer)' instead of a number.")
        }
        return number
    }

    /// Ends it.
    func end() {
        try? commands.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    private static func line(_ answers: Pipe) throws -> String {
        var bytes: [UInt8] = []
        while let byte = try answers.fileHandleForReading.read(upToCount: 1)?.first {
            if byte == 10 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        throw Failure(.unavailable, "The Python process ended; does this Python have torch?")
    }
}
