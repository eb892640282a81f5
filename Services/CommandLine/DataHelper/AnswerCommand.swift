import ArgumentParser
import Confinement
import Foundation
import Inspection
import Model
import Preparation
import Serving
import Tables
import Torch

/// Predicts on samples as they arrive, for a server.
///
/// Takes frames of samples on stdin and writes answer frames to stdout (`AnswerMessages`). The process is confined to
/// reading the package and has no network access, because a TorchScript file is a program.
struct AnswerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer", abstract: "Predict on samples as they arrive, for a server.")

    @OptionGroup var options: PlaceOptions

    @Argument(help: "Package file, model.pt.")
    var package: String

    func run() throws {
        let file = URL(filePath: package)
        let answerer: SampleAnswerer
        do {
            // After libtorch has found the device, and before it starts any thread.
            let place = try options.place
            try InspectionLimits.apply(writes: false, seconds: nil, memory: OpenedPackage.memory(on: place))
            try Confinement.enter(
                reading: [file], override: OpenedPackage.override, danger: OpenedPackage.danger)
            ComputeThreads.count = 1
            answerer = SampleAnswerer(try NetworkPackage(loading: file, on: place))
            try Self.write(AnswerMessages.hello(.success(answerer.package.manifest)))
        } catch {
            try? Self.write(AnswerMessages.hello(.failure(Failure(error))))
            throw ExitCode.failure
        }
        let inputs = answerer.package.manifest.inputs.filter { !$0.value.isText }
        // Cells hold contents; no path is ever read.
        let reader = try ValueReader(files: FileFinder("/nonexistent"), inputs: inputs)
        while let content = try Self.read() {
            let samples = try AnswerMessages.samples(in: content)
            try Self.write(AnswerMessages.answers(answerer.answers(samples, reader)))
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
                    // End of input between two frames means that the work is done.
                    guard length == 0, filled == 0 else {
                        throw Failure(.unavailable, "The input ended in the middle of a frame.")
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
    /// Whether the input is text, which arrives as token numbers.
    var isText: Bool { if case .text = preparation { true } else { false } }
}
