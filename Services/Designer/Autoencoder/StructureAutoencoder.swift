import CTorch
import Model
import Search
import Torch

/// Encoder, performance predictor and decoder with attention, trained jointly (neural architecture optimization, Luo et al.
/// 2018): a string of choices becomes a point, whose worth is predicted, and from which the string can be read again.
///
/// The encoder is a long short-term memory over the string's decisions; the point is the mean of its outputs, all of length
/// 1. The predictor has one hidden layer. The decoder is a memory that starts at the point and attends to the encoder's
/// outputs. All strings are as long as there are slots; what a string skips has a token of its own.
///
/// What it learns follows from its seed and the order of the examples on one kind of machine; another may round otherwise.
final class StructureAutoencoder {
    typealias Example = AutoencoderLesson.Example

    private let strings: AutoencoderLesson.Strings
    private let settings: AutoencoderLesson.Settings
    private let handle: OpaquePointer

    /// Makes a model that has learned nothing.
    /// - Throws: `Failure` with code `internal` if libtorch refuses.
    init(_ strings: AutoencoderLesson.Strings, _ settings: AutoencoderLesson.Settings, seed: UInt64) throws {
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
                        throw Failure(.internal, "No autoencoder can be made: \(takeMessage(error)).")
                    }
                    return handle
                }
            }
        }
    }

    deinit { gyrus_autoencoder_free(handle) }

    /// Trains with examples in random order, each about equally often.
    /// - Throws: `Failure` with code `diverged` if the loss is no finite number.
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
            var lesson = gyrus_autoencoder_lesson(
                order: order.baseAddress, steps: Int64(steps), batch: Int64(settings.batch),
                learning_rate: settings.learningRate, tradeoff: settings.tradeoff,
                longest_gradient: settings.longestGradient)
            return gyrus_autoencoder_learn(
                handle, numbers(of: examples.map(\.choices)), worths, Int64(examples.count), &lesson, &error)
        }
        guard status == GYRUS_OK else {
            throw Failure(status == GYRUS_DIVERGED ? .diverged : .internal, "Learning failed: \(takeMessage(error)).")
        }
    }

    /// The predicted worth of strings.
    func predictions(of strings: [[Int?]]) throws -> [Double] {
        var worths = [Float](repeating: 0, count: strings.count)
        try call(strings) { gyrus_autoencoder_predict(handle, $0, $1, &worths, &$2) }
        return worths.map(Double.init)
    }

    /// The points of strings, each of so many numbers as the settings say.
    func points(of strings: [[Int?]]) throws -> [[Double]] {
        var points = [Float](repeating: 0, count: strings.count * settings.size)
        try call(strings) { gyrus_autoencoder_points(handle, $0, $1, &points, &$2) }
        return strings.indices.map { points[($0 * settings.size)..<(($0 + 1) * settings.size)].map(Double.init) }
    }

    /// Strings that are read from the points of others after these went a step uphill, as far as the step's length says; 0
    /// reads the strings themselves.
    func strings(from others: [[Int?]], uphill step: Double) throws -> [[Int?]] {
        var read = [Int32](repeating: 0, count: others.count * strings.kinds.count)
        try call(others) { gyrus_autoencoder_read(handle, $0, $1, step, &read, &$2) }
        return others.indices.map { row in
            read[(row * strings.kinds.count)..<((row + 1) * strings.kinds.count)].map { $0 < 0 ? nil : Int($0) }
        }
    }

    private func numbers(of strings: [[Int?]]) -> [Int32] {
        precondition(strings.allSatisfy { $0.count == self.strings.kinds.count }, "strings of another space")
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
    /// Share of the pairs of examples of different worth that are predicted in their order; 0.5 is chance.
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

    /// Share of the slots in which strings that are encoded and read again differ.
    func decodingDistance(on examples: [Example]) throws -> Double {
        let strings = examples.map(\.choices)
        let different = zip(strings, try self.strings(from: strings, uphill: 0)).reduce(0) { sum, pair in
            sum + zip(pair.0, pair.1).count { $0 != $1 }
        }
        return Double(different) / Double(max(1, strings.count * self.strings.kinds.count))
    }
}
