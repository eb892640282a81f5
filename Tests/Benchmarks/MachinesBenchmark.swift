import ArgumentParser
import Foundation
import Model
import Networks
import ServiceClient
import ServiceTestSupport
import TestSupport
import TrainerClient

/// LeNet3 on MNIST trained by a worker on this machine and one on a second machine, over a line with a delay and a bandwidth:
/// validation accuracy against wall time for every way of distribution, beside one worker.
///
/// The second machine is a network namespace, and the line relays packets in this process, so it needs root. Services are
/// reached over TCP with keys.
struct MachinesBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machines", abstract: "Training over a line with a delay and a bandwidth.")

    @Option(help: "Milliseconds that a packet is under way.")
    var delay = 1.0
    @Option(help: "Megabits that each direction of the line carries in a second.")
    var bandwidth = 100.0
    @Option(help: "Share of the time in which the worker here and the one there compute.")
    var throttle = "1,1"
    @Option(help: "Epochs.")
    var epochs = 4
    @Option(help: "Training samples.")
    var samples = 6_000
    @Option(help: "Samples of a mini-batch, of both workers together.")
    var batch = 64

    func run() async throws {
        if let obstacle = SecondMachine.obstacle { throw ValidationError("This benchmark \(obstacle).") }
        let shares = throttle.split(separator: ",").compactMap { Double($0) }
        guard shares.count == 2 else { throw ValidationError("--throttle names \(shares.count) workers; there are 2.") }
        let data = URL(filePath: try DataLocator().folder(of: "mnist")).standardizedFileURL.deletingLastPathComponent()
        try await ProcessFixture.run { fixture in
            let machine = try SecondMachine(delay: .seconds(delay / 1_000), bytesPerSecond: bandwidth * 1e6 / 8)
            fixture.atEnd { machine.remove() }
            let services = try TwoMachines(
                in: fixture, machine, workerOptions: ["--data", data.path], throttle: (shares[0], shares[1]))
            let bench = TrainingBench(services: ServiceDirectory(environment: services.environment))
            try await bench.prepare(try .mnist(training: samples))
            print("machines, \(delay) ms and \(bandwidth) Mbit/s, workers \(throttle), LeNet3 on MNIST, batch \(batch)")
            try await report("one worker", nil, bench)
            for way in Distribution.Synchronisation.allCases {
                try await report(way.rawValue, Distribution(workers: 2, synchronisation: way), bench)
            }
            try await report("pipeline", Distribution(workers: 2, kind: .pipeline), bench)
        }
    }

    private func report(_ name: String, _ distribution: Distribution?, _ bench: TrainingBench) async throws {
        let lenet = try TableSix.leNet3.network(input: "image", shape: [1, 28, 28], classes: 10)
        let outcome = try await bench.train(
            name,
            TrainingTask(
                network: try lenet.canonicalJSON, dataset: try DatasetRecipe.mnist(training: samples).id,
                optimizers: [BranchOptimizer(name: "sgd", learningRate: 0.05, momentum: 0.9)], epochs: epochs,
                batch: batch, seed: 1, distribution: distribution))
        let course = zip(outcome.values("validation-accuracy", rank: 0), outcome.values("seconds", rank: 0))
            .map { String(format: "%5.2f %% at %6.2f s", $0 * 100, $1) }.joined(separator: ", ")
        let bytes = outcome.values("exchanged-bytes").reduce(0, +)
        print(
            "  " + name.padding(toLength: 18, withPad: " ", startingAt: 0) + course
                + String(format: "; %.2f MB", bytes / 1e6))
    }
}
