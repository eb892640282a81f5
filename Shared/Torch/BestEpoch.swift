public import Foundation
public import Model
import Safetensors

/// The weights of the epoch that validated best so far.
///
/// They travel in the training's checkpoints, so whoever takes the training over knows them too.
public struct BestEpoch {
    /// What the names of its tensors and notes in a checkpoint begin with.
    private static let prefix = "best."

    /// The metric that judges epochs.
    public let metric: Metric
    /// Its number, from 1; 0 where there was none yet.
    public private(set) var epoch = 0
    /// What was measured after it.
    public private(set) var metrics: [String: Double] = [:]
    private var tensors: [Tensor] = []

    /// Begins without any.
    public init(by metric: Metric) { self.metric = metric }

    /// Keeps the weights of an epoch where it is better than all before; one without a value is worse than any.
    ///
    /// A share of few samples has few values, so many epochs are alike in it; of those the one with the least loss is best.
    /// - Parameter metrics: What was measured after it.
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

    /// Gives a network its weights.
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

    /// Adds itself to a checkpoint that was written.
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

    /// Takes what a checkpoint has of it.
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
