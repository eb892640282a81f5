import ArgumentParser
import Confinement
import Foundation
import Model
import Preparation
import Serving
import Tables
import Torch

/// Answers for samples as they come, for a server.
///
/// Takes frames of samples on stdin and answers frames on stdout (`AnswerMessages`). The process can read nothing but the
/// package and reach nobody: a TorchScript file is a program.
struct AnswerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer", abstract: "Answer for samples as they come, for a server.")

    /// Variable by which a person serves packages on a kernel that cannot protect from them.
    static let override = "GYRUS_UNCONFINED_SERVING"

    @OptionGroup var options: PlaceOptions

    @Argument(help: "The package, model.pt.")
    var package: String

    func run() throws {
        let file = URL(filePath: package)
        let answerer: SampleAnswerer
        do {
            // Before libtorch starts any thread, and after it has found the device.
            let place = try options.place
            try Confinement.enter(
                reading: [file], override: Self.override,
                danger: "keep a network's program from reading and writing what it likes")
            ComputeThreads.count = 1
            answerer = SampleAnswerer(try NetworkPackage(loading: file, on: place))
            try Self.write(AnswerMessages.hello(.success(answerer.package.manifest)))
        } catch {
            try? Self.write(AnswerMessages.hello(.failure(Failure(error))))
            throw ExitCode.failure
        }
        let inputs = answerer.package.manifest.inputs.filter { !$0.value.isText }
        // No path is ever read: what stands in cells are contents.
        let reader = try ValueReader(files: FileFinder("/nonexistent"), inputs: inputs)
        while let content = try Self.read() {
            let samples = try AnswerMessages.samples(in: content)
            try Self.write(AnswerMessages.answers(try answerer.answers(samples, reader)))
        }
    }

    private static func read() throws -> [UInt8]? {
        guard let head = try bytes(4) else { return nil }
        return try bytes(try AnswerMessages.length(head))
    }

    private static func bytes(_ count: Int) throws -> [UInt8]? {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let length = Glibc.read(STDIN_FILENO, buffer.baseAddress.map { $0 + filled }, count - filled)
                if length < 0 && errno == EINTR { continue }
                guard length > 0 else {
                    // The end between two frames is the end of the work.
                    guard length == 0, filled == 0 else {
                        throw Failure(.unavailable, "What was to be answered broke off.")
                    }
                    return
                }
                filled += length
            }
        }.nilWhereEmpty(unless: count == 0)
    }

    private static func write(_ content: [UInt8]) throws {
        try FileHandle.standardOutput.write(contentsOf: Data(AnswerMessages.frame(content)))
    }
}

extension [UInt8] {
    fileprivate func nilWhereEmpty(unless isExpected: Bool) -> [UInt8]? { isEmpty && !isExpected ? nil : self }
}

extension DatasetManifest.Input {
    /// Whether it is a text, which comes as numbers of tokens.
    var isText: Bool { if case .text = preparation { true } else { false } }
}
