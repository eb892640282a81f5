import ArgumentParser
import Foundation
import Model
import Networks
import Torch

/// Training speed of LeNet5 at 112×112 on one core in images per second: Gyrus compared with PyTorch in both memory
/// layouts.
///
/// The three take turns, so that other load on the machine affects all of them. Rates refer to processor time, which
/// other processes disturb least; each is the median of its rounds.
///
/// On two cores of an AMD EPYC with AVX-512, libtorch 1.13 compared with PyTorch 2.13 `channels_last`: 980 to 846
/// images/s as in table 6 and 821 to 580 with batch normalization. Built with libtorch 2.13 (`LIBTORCH`), Gyrus is 1.27
/// times as fast.
struct TrainingBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "training", abstract: "Measure the training speed of LeNet5 at 112×112 on one core.")

    @Option(help: "A Python that has torch; without it, only Gyrus is measured.")
    var python: String?
    @Option(help: "Number of rounds.")
    var rounds = 7
    @Option(help: "Mini-batches per round.")
    var steps = 8
    @Option(help: "Images per mini-batch.")
    var batch = 64

    func run() async throws {
        let peer = try python.map { try PyTorchPeer(python: $0, batch: batch) }
        print("libtorch \(ComputeThreads.torchVersion)\(peer.map { ", PyTorch \($0.version)" } ?? ""), one thread")
        for normalized in [false, true] {
            var rates: [String: [Double]] = [:]
            let ours = try OurTraining(batch: batch, normalized: normalized, steps: (rounds + 1) * steps)
            for round in 0...rounds {
                var measured = ["ours": try ours.rate(steps: steps)]
                for layout in peer == nil ? [] : ["contiguous", "channels_last"] {
                    measured["PyTorch \(layout)"] = try peer?.rate(layout, normalized: normalized, steps: steps)
                }
                // The first round warms up caches and compiled kernels.
                if round > 0 { for (who, rate) in measured { rates[who, default: []].append(rate) } }
            }
            let name = normalized ? "LeNet5 with batch normalization" : "LeNet5 as in table 6"
            report(name, rates.mapValues { $0.sorted()[$0.count / 2] })
        }
    }

    private func report(_ name: String, _ rates: [String: Double]) {
        let ours = rates["ours"] ?? 0
        print("\(name), batch \(batch), images/s:")
        for (who, rate) in rates.sorted(by: { $0.key < $1.key }) {
            let ratio = who == "ours" ? "" : String(format: "   ours is %.2f×", ours / rate)
            print("  " + who.padding(toLength: 22, withPad: " ", startingAt: 0) + String(format: "%7.0f", rate) + ratio)
        }
    }
}

/// Training with the engine of the workers, from bytes in memory to updated weights.
private final class OurTraining {
    private let session: TrainingSession
    private let batch: Int

    init(batch: Int, normalized: Bool, steps: Int) throws {
        let network = try TableSix.leNet5.network(
            input: "image", shape: [1, 112, 112], classes: 10, normalized: normalized)
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .sgd, learningRate: 0.01, momentum: 0.9)], epochs: steps / 8 + 1, batch: batch,
            seed: 1)
        self.session = try TrainingSession(network, plan: plan, samples: try Self.randomImages(8 * batch))
        self.batch = batch
    }

    func rate(steps: Int) throws -> Double {
        let start = clock()
        for _ in 0..<steps { _ = try session.train(batches: 1) }
        return Double(steps * batch) * Double(CLOCKS_PER_SEC) / Double(clock() - start)
    }

    private static func randomImages(_ count: Int) throws -> SampleSource {
        // Never freed: the process ends with the benchmark.
        let rows = UnsafeMutableRawBufferPointer.allocate(byteCount: count * 112 * 112, alignment: 64)
        for index in rows.indices { rows[index] = UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 13) }
        return try SampleSource(
            classes: 10,
            modalities: [
                .init(
                    name: "image", shape: [1, 112, 112], elementType: .uint8, scale: 1 / 255,
                    rows: UnsafeRawBufferPointer(rows), indices: (0..<Int32(count)).map { $0 })
            ],
            labels: (0..<Int32(count)).map { $0 % 10 })
    }
}
