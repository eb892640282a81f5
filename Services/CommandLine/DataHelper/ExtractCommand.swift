import ArgumentParser
import Foundation
import Inspection
import Model
import Preparation
import Torch

/// Runs a third-party pretrained network: takes the numbers of a sample on a line of stdin, and answers with its features
/// on a line, or with `!` and the reason. The first line of output is `several` or `one`, the number of network outputs.
///
/// Before opening the file, the process drops every right except reading it.
struct ExtractCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract", abstract: "Run a pretrained network on numbers.", shouldDisplay: false)

    @Argument(help: "TorchScript file of the network.")
    var network: String

    @Argument(help: "Shape of one sample, such as 3x224x224.")
    var shape: String

    @Argument(help: "Index of the output to extract.")
    var output: Int

    /// CPU time limit of a network for all samples together: a week.
    private static let processorTime: UInt64 = 7 * 86_400

    func run() throws {
        let file = URL(filePath: network)
        do {
            try InspectionLimits.apply(writes: false, seconds: Self.processorTime)
            try InspectionSandbox.enter(reading: [file], writingInto: nil)
            ComputeThreads.count = 1
            let network = try ScriptedNetwork(loading: file)
            if let operation = network.fileOperation {
                throw Failure(.invalidArgument, "the network uses \(operation), which opens files.")
            }
            let sizes = shape.split(separator: "x").compactMap { Int($0) }
            try say(try network.outputCount == nil ? "one" : "several")
            while let line = readLine() {
                let values = try Base64Numbers.numbers(line)
                guard values.count == sizes.reduce(1, *) else {
                    throw Failure(.invalidArgument, "\(values.count) numbers do not fit the shape \(shape).")
                }
                try say(Base64Numbers.text(try network.features(of: values, shape: sizes, output: output)))
            }
        } catch {
            try say("!" + Failure(error).message.replacing("\n", with: " "))
            throw ExitCode.failure
        }
    }

    private func say(_ line: String) throws {
        try FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
    }
}
