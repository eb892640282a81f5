import Foundation
import Model
import Networks

/// Features of samples, in memory.
struct FeatureRows {
    /// Means and deviations of features.
    typealias Moments = (means: [Float], deviations: [Float])

    /// Name of the head's input that reads them.
    static let input = "features"

    /// Minimum deviation of a feature, as a share of the mean deviation.
    private static let leastShare: Float = 0.2

    let width: Int
    private let rows: [[Float]]
    private let samples: SampleSource

    init(_ rows: [[Float]], of samples: SampleSource) throws {
        guard let width = rows.first?.count, width > 0, rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw Failure(.invalidArgument, "The network returns no features, or features that are not finite numbers.")
        }
        (self.width, self.rows, self.samples) = (width, rows, samples)
    }

    var moments: Moments {
        let count = Float(rows.count)
        var (means, squares) = ([Float](repeating: 0, count: width), [Float](repeating: 0, count: width))
        for row in rows { for place in 0..<width { means[place] += row[place] / count } }
        for row in rows {
            for place in 0..<width {
                let distance = row[place] - means[place]
                squares[place] += distance * distance / count
            }
        }
        // A feature that hardly varies at first must not dominate all others once the layers below learn.
        let least = max(1e-6, Self.leastShare * squares.reduce(0) { $0 + $1.squareRoot() } / Float(width))
        return (means, squares.map { max(least, $0.squareRoot()) })
    }

    /// The samples with their values replaced by standardized features.
    func source(_ moments: Moments) throws -> SampleSource {
        let memory = FeatureMemory(
            rows.flatMap { row in
                (0..<width).map { (row[$0] - moments.means[$0]) / moments.deviations[$0] }
            })
        let modality = SampleSource.Modality(
            name: Self.input, shape: [width], elementType: .float32, rows: memory.bytes,
            indices: (0..<Int32(rows.count)).map { $0 })
        return try SampleSource(
            target: samples.target, modalities: [modality], answers: samples.answers, groups: samples.groups,
            owner: memory)
    }
}

/// Keeps numbers at a fixed address.
private final class FeatureMemory: @unchecked Sendable {
    // Unchecked: it is never changed after initialization.
    let bytes: UnsafeRawBufferPointer

    init(_ numbers: [Float]) {
        let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: numbers.count)
        _ = copy.initialize(from: numbers)
        bytes = UnsafeRawBufferPointer(copy)
    }

    deinit { bytes.deallocate() }
}

/// A linear layer on features.
struct FeatureHead {
    private static let epochs = 40
    private static let batch = 32

    let weight: [Float]
    let bias: [Float]

    /// Trains it; the epoch that validates best is kept.
    init(
        _ learned: FeatureRows, _ judged: FeatureRows, _ moments: FeatureRows.Moments, _ metric: Metric, seed: UInt64
    ) throws {
        let (training, validation) = (try learned.source(moments), try judged.source(moments))
        let network = NetworkDescription(
            name: "head", inputs: [.init(name: FeatureRows.input, shape: [learned.width])],
            layers: [Layer("head", .linear(features: training.target.outputs), from: [FeatureRows.input])])
        let plan = try TrainingPlan(
            optimizers: [Optimizer(rule: .adamw, learningRate: 2e-3, weightDecay: 0.01)], epochs: Self.epochs,
            batch: Self.batch, seed: seed)
        let session = try TrainingSession(network, plan: plan, samples: training)
        var best = BestEpoch(by: metric)
        while !session.isFinished {
            let epoch = try session.finishEpoch()
            let evaluation = try session.network.evaluate(on: validation).withBestThreshold
            var metrics = ["validation-loss": evaluation.loss]
            metrics[metric.name(on: "validation")] = evaluation.metrics[metric.name]
            try best.consider(epoch.number, metrics, of: { session.network })
        }
        try best.restore(into: session.network)
        weight = try session.network.values(of: "head.weight")
        bias = try session.network.values(of: "head.bias")
    }
}

extension ScriptedNetwork {
    /// Takes the weights of a head.
    func takeHead(_ head: FeatureHead) throws {
        for (name, numbers) in [("head.weight", head.weight), ("head.bias", head.bias)] {
            guard let tensor = tensors.first(where: { $0.name == name }), tensor.count == numbers.count else {
                throw Failure(.internal, "The network has no tensor '\(name)' of \(numbers.count) numbers.")
            }
            numbers.withUnsafeBytes(tensor.write)
        }
    }
}
