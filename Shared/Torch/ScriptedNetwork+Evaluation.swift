import CTorch
import Foundation
import Model

/// How well a network answers.
public struct Evaluation: Hashable, Sendable {
    /// Samples scored.
    public let samples: Int
    /// Classes.
    public let classes: Int
    /// Number of samples by truth (row) and answer (column), row by row.
    public let confusion: [Int]
    /// Mean cross-entropy.
    public let loss: Double

    /// The confusion matrix, row by row.
    public var confusionRows: [[Int]] {
        (0..<classes).map { Array(confusion[$0 * classes..<($0 + 1) * classes]) }
    }
    /// Samples answered right.
    public var correct: Int { (0..<classes).reduce(0) { $0 + confusion[$1 * classes + $1] } }
    /// Share of samples answered right, 0 to 1.
    public var accuracy: Double { samples == 0 ? 0 : Double(correct) / Double(samples) }
}

extension ScriptedNetwork {
    /// The outputs for the first samples, in evaluation mode.
    public func outputs(for source: SampleSource, count: Int? = nil, width: Int) throws -> [[Float]] {
        let count = min(count ?? source.count, source.count)
        var values = [Float](repeating: 0, count: count * width)
        try source.withCSamples(for: inputs) { samples in
            for range in batches(count) {
                try values.withUnsafeMutableBufferPointer { values in
                    let target = values.baseAddress.map { $0 + range.lowerBound * width }
                    try call { error in
                        gyrus_network_run(
                            handle, samples, Int64(range.lowerBound), Int64(range.count), target, Int64(width), error)
                    }
                }
            }
        }
        return (0..<count).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }

    /// Scores the network on all samples.
    /// - Throws: `Failure` where the network does not fit the samples; `CancellationError` when the task is cancelled.
    public func evaluate(on source: SampleSource) throws -> Evaluation {
        var confusion = [Int64](repeating: 0, count: source.classes * source.classes)
        var loss = 0.0
        try source.withCSamples(for: inputs) { samples in
            for range in batches(source.count) {
                try Task.checkCancellation()
                try call { error in
                    gyrus_network_evaluate(
                        handle, samples, Int64(range.lowerBound), Int64(range.count), &confusion, &loss, error)
                }
            }
        }
        return Evaluation(
            samples: source.count, classes: source.classes, confusion: confusion.map(Int.init),
            loss: source.count == 0 ? 0 : loss / Double(source.count))
    }

    /// Times of single-sample runs, without reading the sample.
    public func latencies(on source: SampleSource, runs: Int) throws -> [Duration] {
        guard source.count > 0 else {
            throw Failure(.invalidArgument, "The latency of a network cannot be measured without samples.")
        }
        var seconds = [Double](repeating: 0, count: max(1, runs))
        try source.withCSamples(for: inputs) { samples in
            try call { error in gyrus_network_time(handle, samples, &seconds, Int64(seconds.count), error) }
        }
        return seconds.map { .seconds($0) }
    }

    private func batches(_ count: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: 128).map { $0..<min($0 + 128, count) }
    }

    private func call(_ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Bool) throws {
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        guard body(&error) else {
            throw Failure(.invalidArgument, "The network cannot be run on these samples: \(takeMessage(error)).")
        }
    }
}
