import ArgumentParser
import Foundation
import Model
import Torch
import Tracking
import Vision

/// Runs a detector whose network is TorchScript, in a process of its own: `gyrus` starts without libtorch, and code in a
/// network of somebody else stays out of it.
///
/// Takes the path of an image on each line of stdin, and answers with a line `left,top,width,height,score` for each person
/// and an empty line; or with a line that begins with `!` and says what is wrong.
@main
struct DetectorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gyrus-detector", abstract: "Find people in images with a network in TorchScript.")

    @Option(name: .long, help: "Which of its labels is a person.")
    var personClass = 1

    @Option(name: .long, help: "Least score.")
    var score: Double

    @Argument(help: "The network's file.")
    var network: String

    func run() throws {
        ComputeThreads.count = 1
        do {
            let detector = try TorchScriptDetector(
                network, category: personClass, thresholds: DetectorThresholds(score: score))
            while let path = readLine() { try answer(try rows(of: path, detector)) }
        } catch {
            try answer("!\(Failure(error).message.replacing("\n", with: " "))\n")
            throw ExitCode.failure
        }
    }

    private func rows(of path: String, _ detector: TorchScriptDetector) throws -> String {
        let found = try detector.detect(in: Image(contentsOf: path))
        return found.map { "\($0.box.left),\($0.box.top),\($0.box.width),\($0.box.height),\($0.score)\n" }.joined()
            + "\n"
    }

    private func answer(_ text: String) throws { try FileHandle.standardOutput.write(contentsOf: Data(text.utf8)) }
}
