import ArgumentParser
import Foundation
import HelperProcesses
import Inspection
import Model
import Preparation
import Torch

/// Fine-tunes a third-party pretrained network. Takes a `TuningTask` as JSON on the first line of stdin, and answers
/// with lines of JSON (`PreparationMessage`): progress, and finally the outcome.
///
/// Before opening the network, the process drops every right except reading it and the samples, and writing to the
/// task's folder.
struct LearnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn", abstract: "Fine-tune a pretrained network.", shouldDisplay: false)

    /// Processor time limit in seconds: a week.
    private static let processorTime: UInt64 = 7 * 86_400

    func run() throws {
        try answering(telling: { PreparationMessage(failure: $0) }) { answer in
            let task = try readRequest(TuningTask.self)
            endWithCaller()
            try InspectionLimits.apply(writes: true, seconds: Self.processorTime)
            try InspectionSandbox.enter(reading: [task.network, task.samples], writingInto: task.folder)
            ComputeThreads.count = ProcessInfo.processInfo.activeProcessorCount
            let samples = try TuningSamples(task)
            let network = try ScriptedNetwork(loading: task.network)
            if let operation = network.fileOperation {
                throw Failure(.invalidArgument, "the network uses \(operation), which opens files.")
            }
            let tuning = try NetworkTuning(network, input: TuningSamples.input, output: task.contract.feature)
            func report(_ done: Int, _ count: Int) throws { try answer(PreparationMessage(done: done, count: count)) }
            let tuner = try FineTuner(
                tuning, training: samples.training(), validation: samples.validation(), report: report)
            let outcome = try tuner.finish(within: task.seconds, report: report)
            try tuning.save(to: task.output)
            try answer(PreparationMessage(tuning: outcome))
        }
    }
}
