import ArgumentParser
import Foundation
import Inspection
import Model
import Torch
import Tracking
import Vision

/// Runs a TorchScript detector in a separate process: `gyrus` itself starts without libtorch and does not run code from
/// third-party networks.
///
/// Takes the path of an image on each line of stdin. Answers with a line `left,top,width,height,score` for each person and
/// an empty line, or with a line of `!` and an error.
@main
struct DetectorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gyrus-detector", abstract: "Detect people in images with a TorchScript network.")

    /// CPU time limit of a network for all images together: a week.
    private static let processorTime: UInt64 = 7 * 86_400

    @Option(name: .long, help: "Label of the person class.")
    var personClass = 1

    @Option(name: .long, help: "Minimum score.")
    var score: Double

    @Option(help: ArgumentHelp("Only readable folder besides the network.", valueName: "folder"))
    var images: String

    @Argument(help: "TorchScript file of the network.")
    var network: String

    func run() throws {
        do {
            try InspectionLimits.apply(writes: false, seconds: Self.processorTime)
            try InspectionSandbox.enter(reading: [URL(filePath: network), URL(filePath: images)], writingInto: nil)
            ComputeThreads.count = 1
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
