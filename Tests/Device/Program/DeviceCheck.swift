import ArgumentParser
import Foundation
import Model
import Torch

/// Checks a device: speed compared with PyTorch, accuracy compared with the CPU, memory use, and behavior when memory is
/// full.
@main
struct DeviceCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device-check", abstract: "Check a device: speed compared with PyTorch, accuracy, memory.")

    @Option(help: "cpu, cuda, cuda:N or auto.")
    var device = "auto"
    @Option(help: "fp32, bf16, and on GPUs tf32 and fp16.")
    var precision = "fp32"
    @Option(help: "A Python that has torch; without it, only Gyrus is timed.")
    var python: String?
    @Option(help: "The program that this Python runs.")
    var peer = "Tests/Device/peer.py"
    @Option(parsing: .upToNextOption, help: "Networks to time.")
    var networks = ["lenet5", "resnet18", "bert-mini"]
    @Option(parsing: .upToNextOption, help: "Modes in which PyTorch runs them: eager, channels-last, compile.")
    var ways = ["eager", "channels-last"]
    @Option(help: "Number of rounds, in which all take turns; an additional first one warms up.")
    var rounds = 5
    @Option(help: "Mini-batches per round.")
    var steps = 4
    @Option(help: "Samples per mini-batch; 0 for a number that keeps the device busy.")
    var batch = 0
    @Flag(help: "Measure only training speed, and print only the samples per second.")
    var quiet = false
    @Flag(help: "Also check accuracy, and behavior when memory is full.")
    var behavior = false

    func run() throws {
        let place = try ComputePlace(device: device, precision: precision)
        let chosen = try networks.map { name in
            guard let network = CheckedNetwork(rawValue: name) else {
                let known = CheckedNetwork.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no network '\(name)', only \(known).")
            }
            return network
        }
        if quiet { return print(try chosen.map { try rate(of: $0, on: place) }.reduce(0, +)) }
        print("\(place.offer.text) \(precision), libtorch \(ComputeThreads.torchVersion)")
        for network in chosen { try time(network, on: place) }
        if behavior {
            for network in chosen { try Behavior(network, place).check() }
        }
    }

    private func rate(of network: CheckedNetwork, on place: ComputePlace) throws -> Double {
        let runner = try Runner(network, on: place, batch: size(of: network, on: place))
        _ = try runner.training(steps: steps)
        return try runner.training(steps: rounds * steps)
    }

    private func size(of network: CheckedNetwork, on place: ComputePlace) -> Int {
        batch > 0 ? batch : network.batch(on: place.device)
    }

    // MARK: - Speed

    private func time(_ network: CheckedNetwork, on place: ComputePlace) throws {
        let size = size(of: network, on: place)
        let runner = try Runner(network, on: place, batch: size)
        let peer = try python.map {
            try Peer(python: $0, program: URL(filePath: self.peer), device: "\(place.device)")
        }
        var rates: [String: [Double]] = [:]
        for round in 0...rounds {
            var measured = [
                "train": try runner.training(steps: steps), "answer": try runner.answering(rounds: 1),
            ]
            for way in peer == nil ? [] : ways {
                let words = [network.rawValue, "\(way)-\(precision)", "\(size)"]
                measured["train \(way)"] = try peer?.number("train", words[0], words[1], words[2], "\(steps)")
                measured["answer \(way)"] = try peer?.number("answer", words[0], words[1], words[2], "8")
            }
            if round > 0 { for (what, rate) in measured { rates[what, default: []].append(rate) } }
        }
        let weights = try peer?.number("weights", network.rawValue, "eager-fp32", "1", "1")
        peer?.end()
        let others = weights.map { ", PyTorch's \(Int($0)) (\(peer?.version ?? ""))" } ?? ""
        print("\(network.rawValue), batch \(size), \(runner.parameters) weights\(others); samples/s:")
        let medians = rates.mapValues { $0.sorted()[$0.count / 2] }
        for what in ["train", "answer"] {
            let ours = medians[what] ?? 0
            var line = "  \(what)".padding(toLength: 10, withPad: " ", startingAt: 0) + String(format: "%9.0f", ours)
            for way in peer == nil ? [] : ways {
                let theirs = medians["\(what) \(way)"] ?? 0
                line += "   " + way + String(format: " %.0f (ours is %.2f×)", theirs, ours / theirs)
            }
            print(line)
        }
        print("  memory in use: \(ByteCount.text(place.offer.usedMemory)) of \(ByteCount.text(place.offer.memory))")
    }
}
