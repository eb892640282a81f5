import Foundation
import Model
import Torch

/// Checks that a device trains as accurately as the CPU, and that training survives a full memory.
struct Behavior {
    private let network: CheckedNetwork
    private let place: ComputePlace

    /// Maximum difference between the accuracies of well-trained networks, for any rounding.
    private static let tolerance = 0.05

    init(_ network: CheckedNetwork, _ place: ComputePlace) {
        self.network = network
        self.place = place
    }

    func check() throws {
        let processor = try ComputePlace(device: "cpu")
        let here = try accuracy(on: place), there = try accuracy(on: processor)
        print("\(network.rawValue): accuracy \(here) on \(place.device), \(there) on the CPU in fp32")
        guard here > there - Self.tolerance else {
            throw Failure(.internal, "\(network.rawValue) is less accurate on '\(place.device)' than on the CPU.")
        }
        let (parts, text) = try overflow()
        print("\(network.rawValue): \(text) in \(parts) parts")
        guard parts > 1 else { throw Failure(.internal, "No mini-batch filled the memory, not even the largest one.") }
    }

    private func accuracy(on place: ComputePlace) throws -> Double {
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .adamw, learningRate: 0.001)], epochs: 3, batch: 32, seed: 3)
        let session = try TrainingSession(
            network.network(), plan: plan, samples: try network.samples(320, seed: 2), on: place)
        while !session.isFinished { try session.finishEpoch() }
        return try session.network.evaluate(on: network.samples(100, seed: 4)).accuracy
    }

    /// Trains with a mini-batch that is too large: really on a GPU; on a CPU, whose memory other programs need, with a
    /// simulated limit.
    private func overflow() throws -> (parts: Int, text: String) {
        let isGPU = place.device.kind == .gpu
        var batch = isGPU ? 4_096 : 32
        while true {
            let plan = try TrainingPlan(
                optimizers: [.init(rule: .adamw, learningRate: 0.001)], epochs: 1, batch: batch, seed: 3)
            let samples = try network.samples(batch, seed: 2)
            let session = try TrainingSession(network.network(), plan: plan, samples: samples, on: place)
            if !isGPU { session.limitMemory(toSamples: 10) }
            _ = try session.finishEpoch()
            if session.batchParts > 1 || batch >= 65_536 {
                return (session.batchParts, "a mini-batch of \(batch) samples is trained")
            }
            batch *= 4
        }
    }
}
