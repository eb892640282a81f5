import ArgumentParser
import Foundation
import HelperProcesses
import Inspection
import Model
import Preparation
import Torch

/// Trains a pretrained network of others further: takes a `TuningTask` as JSON on stdin's first line, and answers lines of JSON
/// (`PreparationMessage`): how far it is, and in the end what it came to.
///
/// Before it opens the network it gives up every right but to read that and the samples, and to write into the task's folder.
struct LearnCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn", abstract: "Fine-tune a pretrained network.", shouldDisplay: false)

    /// Processor time that it may take: a week.
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
