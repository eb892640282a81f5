import CTorch
import Model
import Search
import Torch

/// Encoder, performance predictor and decoder with attention, trained jointly (neural architecture optimization, Luo et
/// al. 2018). The encoder maps a string of choices to a point, the predictor estimates the value of the point, and the
/// decoder maps it back to a string.
///
/// The encoder is a long short-term memory over the string's decisions; the point is the mean of its outputs, each
/// normalized to length 1. The predictor has one hidden layer. The decoder is an LSTM that starts at the point and
/// attends to the encoder's outputs. All strings have one token per slot; a skipped slot has its own token.
///
/// On one kind of machine, the result follows from the seed and the order of the examples; another kind may round
/// differently.
final class StructureAutoencoder {
    typealias Example = AutoencoderRequest.Example

    private let strings: AutoencoderRequest.Strings
    private let settings: AutoencoderRequest.Settings
    private let handle: OpaquePointer

    /// Makes an untrained model.
    /// - Throws: `Failure` with code `internal` if libtorch refuses.
    init(_ strings: AutoencoderRequest.Strings, _ settings: AutoencoderRequest.Settings, seed: UInt64) throws {
        ComputeThreads.prepare()
        self.strings = strings
        self.settings = settings
        func numbers(_ values: [Int]) -> [Int32] { values.map { Int32($0) } }
        let (kinds, skips, options) = (numbers(strings.kinds), numbers(strings.skips), numbers(strings.options))
        handle = try kinds.withUnsafeBufferPointer { kinds in
            try skips.withUnsafeBufferPointer { skips in
                try options.withUnsafeBufferPointer { options in
                    var plan = gyrus_autoencoder_plan(
                        kinds: kinds.baseAddress, skips: skips.baseAddress, slots: Int64(kinds.count),
                        options: options.baseAddress, kind_count: Int64(options.count),
                        embedding: Int64(settings.embedding), size: Int64(settings.size), seed: seed)
                    var error: UnsafeMutablePointer<CChar>?
                    guard let handle = gyrus_autoencoder_create(&plan, &error) else {
                        throw Failure(.internal, "Cannot create the autoencoder: \(takeMessage(error)).")
                    }
                    return handle
                }
            }
        }
    }

    deinit { gyrus_autoencoder_free(handle) }

    /// Trains with examples in random order, each about equally often.
    /// - Throws: `Failure` with code `diverged` if the loss is not finite.
    func learn(from examples: [Example], using generator: inout some RandomNumberGenerator) throws {
        guard !examples.isEmpty else { return }
        let steps = min(settings.steps, settings.stepsPerExample * examples.count)
        var order: [Int32] = []
        while order.count < steps * settings.batch {
            order += examples.indices.map { Int32($0) }.shuffled(using: &generator)
        }
        let worths = examples.map { Float($0.worth) }
        var error: UnsafeMutablePointer<CChar>?
        ComputeThreads.prepare()
        let status = order.withUnsafeBufferPointer { order in
            var request = gyrus_autoencoder_training(
                order: order.baseAddress, steps: Int64(steps), batch: Int64(settings.batch),
                learning_rate: settings.learningRate, tradeoff: settings.tradeoff,
                longest_gradient: settings.longestGradient)
            return gyrus_autoencoder_learn(
                handle, numbers(of: examples.map(\.choices)), worths, Int64(examples.count), &request, &error)
        }
        guard status == GYRUS_OK else {
            throw Failure(status == GYRUS_DIVERGED ? .diverged : .internal, "Training failed: \(takeMessage(error)).")
        }
    }

    /// The predicted values of strings.
    func predictions(of strings: [[Int?]]) throws -> [Double] {
        var worths = [Float](repeating: 0, count: strings.count)
        try call(strings) { gyrus_autoencoder_predict(handle, $0, $1, &worths, &$2) }
        return worths.map(Double.init)
    }

    /// The points of strings, each with as many numbers as the settings say.
    func points(of strings: [[Int?]]) throws -> [[Double]] {
        var points = [Float](repeating: 0, count: strings.count * settings.size)
        try call(strings) { gyrus_autoencoder_points(handle, $0, $1, &points, &$2) }
        return strings.indices.map { points[($0 * settings.size)..<(($0 + 1) * settings.size)].map(Double.init) }
    }

    /// Moves the points of strings uphill by the step's length and decodes them; length 0 decodes the strings
    /// themselves.
    func strings(from others: [[Int?]], uphill step: Double) throws -> [[Int?]] {
        var read = [Int32](repeating: 0, count: others.count * strings.kinds.count)
        try call(others) { gyrus_autoencoder_read(handle, $0, $1, step, &read, &$2) }
        return others.indices.map { row in
            read[(row * strings.kinds.count)..<((row + 1) * strings.kinds.count)].map { $0 < 0 ? nil : Int($0) }
        }
    }

    private func numbers(of strings: [[Int?]]) -> [Int32] {
        precondition(strings.allSatisfy { $0.count == self.strings.kinds.count }, "the strings belong to another space")
        return strings.flatMap { $0.map { Int32($0 ?? -1) } }
    }

    private func call(
        _ strings: [[Int?]],
        _ body: (_ strings: [Int32], _ count: Int64, _ error: inout UnsafeMutablePointer<CChar>?) -> Bool
    ) throws {
        guard !strings.isEmpty else { return }
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        guard body(numbers(of: strings), Int64(strings.count), &error) else {
            throw Failure(.internal, "The autoencoder failed: \(takeMessage(error)).")
        }
    }
}

// MARK: - How good it is

extension StructureAutoencoder {
    /// Share of the pairs of examples of different value that are predicted in their order; 0.5 is chance.
    func rankingAccuracy(on examples: [Example]) throws -> Double {
        let predictions = try predictions(of: examples.map(\.choices))
        var (right, all) = (0.0, 0.0)
        for first in examples.indices {
            for second in examples.indices where examples[first].worth > examples[second].worth {
                all += 1
                let difference = predictions[first] - predictions[second]
                right += difference > 0 ? 1 : difference == 0 ? 0.5 : 0
            }
        }
        return all == 0 ? 0.5 : right / all
    }

    /// Share of the slots that differ after strings are encoded and decoded.
    func decodingDistance(on examples: [Example]) throws -> Double {
        let strings = examples.map(\.choices)
        let different = zip(strings, try self.strings(from: strings, uphill: 0)).reduce(0) { sum, pair in
            sum + zip(pair.0, pair.1).count { $0 != $1 }
        }
        return Double(different) / Double(max(1, strings.count * self.strings.kinds.count))
    }
}
