import Foundation
import HelperProcesses
import Model

/// A frozen network in a process of its own, which may read nothing but the network's file and write no file at all: code of
/// somebody unknown is in it. It is told numbers and answers numbers.
///
/// Not `Sendable`: one thread at a time may use it.
final class FeatureProcess {
    private let process: HelperProcess
    /// Whether the network gives several outputs.
    let hasSeveralOutputs: Bool

    /// Longest time that a network may take for a sample.
    private static let longest = Duration.seconds(60)

    /// Starts the process and lets it load the network.
    init(_ network: URL, _ contract: InputContract) throws {
        let shape = contract.shape.map(String.init).joined(separator: "x")
        process = try HelperProcess(
            "gyrus-data", ["extract", network.path, shape, "\(contract.feature)"], longest: Self.longest)
        hasSeveralOutputs = try Self.answer(try process.line()) == "several"
    }

    /// The features of one sample.
    func features(of values: [Float]) throws -> [Float] {
        process.say(Base64Numbers.text(values))
        return try Base64Numbers.numbers(try Self.answer(try process.line()))
    }

    private static func answer(_ line: String?) throws -> String {
        guard let line else {
            throw Failure(
                .corrupt,
                "the pretrained network ended the process that ran it; it may take at most \(longest) for a sample and"
                    + " \(Self.mostMemory >> 30) GiB of memory.")
        }
        guard line.hasPrefix("!") else { return line }
        throw Failure(.invalidArgument, String(line.dropFirst()))
    }

    /// Address space that a frozen network may take.
    static let mostMemory = 8 << 30
}

/// Numbers as a line of text.
public enum Base64Numbers {
    /// The line of some numbers.
    public static func text(_ numbers: [Float]) -> String {
        numbers.withUnsafeBytes { Data($0).base64EncodedString() }
    }

    /// The numbers of a line.
    /// - Throws: `Failure` with code `corrupt` where it has none.
    public static func numbers(_ line: String) throws -> [Float] {
        guard let data = Data(base64Encoded: line), data.count.isMultiple(of: MemoryLayout<Float>.size) else {
            throw Failure(.corrupt, "A line of numbers cannot be read.")
        }
        var numbers = [Float](repeating: 0, count: data.count / MemoryLayout<Float>.size)
        _ = numbers.withUnsafeMutableBytes { data.copyBytes(to: $0) }
        return numbers
    }
}
