public import Foundation
public import Model
import Safetensors

/// The weights of the epoch that validated best so far.
///
/// They are part of the training's checkpoints, so a worker that takes over the training has them too.
public struct BestEpoch {
    /// Prefix of the names of its tensors and notes in a checkpoint.
    private static let prefix = "best."

    /// The metric that ranks epochs.
    public let metric: Metric
    /// The number of the epoch, from 1; 0 if there is none yet.
    public private(set) var epoch = 0
    /// The metrics after the epoch.
    public private(set) var metrics: [String: Double] = [:]
    private var tensors: [Tensor] = []

    /// Starts without any epoch.
    public init(by metric: Metric) { self.metric = metric }

    /// Keeps the weights of an epoch if it is better than all previous ones; an epoch without a value is worse than
    /// any.
    ///
    /// With few samples, a share takes few values, so many epochs tie; of these, the one with the smallest loss is
    /// best.
    /// - Parameter metrics: The metrics after the epoch.
    public mutating func consider(
        _ epoch: Int, _ metrics: [String: Double], of network: () throws -> ScriptedNetwork
    ) throws {
        guard self.epoch == 0 || isBetter(metrics) else { return }
        tensors = try network().tensors.map { try $0.copy() }
        self.epoch = epoch
        self.metrics = metrics
    }

    private func isBetter(_ metrics: [String: Double]) -> Bool {
        let values = (worth(metrics), worth(self.metrics))
        return values.0 == values.1 ? loss(metrics) < loss(self.metrics) : values.0 > values.1
    }

    private func loss(_ metrics: [String: Double]) -> Double { metrics["validation-loss"] ?? .infinity }

    private func worth(_ metrics: [String: Double]) -> Double {
        metrics[metric.name(on: "validation")].map(metric.utility) ?? -.infinity
    }

    /// Copies the weights to a network.
    public func restore(into network: ScriptedNetwork) throws {
        let known = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
        for view in network.tensors {
            guard let tensor = known[view.name], tensor.shape == view.shape else {
                throw Failure(.internal, "The best epoch has no tensor '\(view.name)'.")
            }
            tensor.bytes.withUnsafeBytes(view.write)
        }
    }

    // MARK: - Checkpoints

    /// Adds itself to a written checkpoint.
    public func add(to checkpoint: URL) throws {
        guard epoch > 0 else { return }
        let written = try SafetensorsFile(opening: checkpoint.path)
        let others = try written.entries.map { try Self.tensor($0, of: written, named: $0.name) }
        let own = try tensors.map { try Tensor(Self.prefix + $0.name, $0.type, shape: $0.shape, bytes: $0.bytes) }
        var notes = written.metadata
        notes["\(Self.prefix)epoch"] = "\(epoch)"
        for (name, value) in metrics { notes["\(Self.prefix)metric.\(name)"] = "\(value)" }
        try SafetensorsFile.write(others + own, metadata: notes, to: checkpoint.path)
    }

    /// Restores itself from a checkpoint.
    public mutating func read(from checkpoint: URL) throws {
        let written = try SafetensorsFile(opening: checkpoint.path)
        guard let epoch = written.metadata["\(Self.prefix)epoch"].flatMap(Int.init) else { return }
        self.epoch = epoch
        let names = "\(Self.prefix)metric."
        for (key, value) in written.metadata where key.hasPrefix(names) {
            metrics[String(key.dropFirst(names.count))] = Double(value)
        }
        tensors = try written.entries.filter { $0.name.hasPrefix(Self.prefix) }.map { entry in
            try Self.tensor(entry, of: written, named: String(entry.name.dropFirst(Self.prefix.count)))
        }
    }

    private static func tensor(_ entry: TensorEntry, of file: SafetensorsFile, named name: String) throws -> Tensor {
        try Tensor(name, entry.type, shape: entry.shape, bytes: file.withBytes(of: entry.name) { Array($0) })
    }
}
