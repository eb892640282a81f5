import Foundation
import HelperProcesses
import Model

/// A frozen network in a separate process, which may read only the network's file and must not write any file, because
/// it runs code of unknown origin. The process takes numbers and returns numbers.
///
/// Not `Sendable`: only one thread may use it at a time.
final class FeatureProcess {
    private let process: HelperProcess
    /// Whether the network has several outputs.
    let hasSeveralOutputs: Bool

    /// Maximum time that a network may take per sample.
    private static let longest = Duration.seconds(60)

    /// Starts the process, which loads the network.
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
                "the process of the pretrained network ended; it may take at most \(longest) per sample and"
                    + " \(Self.mostMemory >> 30) GiB of memory.")
        }
        guard line.hasPrefix("!") else { return line }
        throw Failure(.invalidArgument, String(line.dropFirst()))
    }

    /// Maximum address space of a frozen network.
    static let mostMemory = 8 << 30
}

/// Converts numbers to and from a line of text.
public enum Base64Numbers {
    /// The line for some numbers.
    public static func text(_ numbers: [Float]) -> String {
        numbers.withUnsafeBytes { Data($0).base64EncodedString() }
    }

    /// The numbers in a line.
    /// - Throws: `Failure` with code `corrupt` if the line has no valid numbers.
    public static func numbers(_ line: String) throws -> [Float] {
        guard let data = Data(base64Encoded: line), data.count.isMultiple(of: MemoryLayout<Float>.size) else {
            throw Failure(.corrupt, "Cannot read a line of numbers.")
        }
        var numbers = [Float](repeating: 0, count: data.count / MemoryLayout<Float>.size)
        _ = numbers.withUnsafeMutableBytes { data.copyBytes(to: $0) }
        return numbers
    }
}
