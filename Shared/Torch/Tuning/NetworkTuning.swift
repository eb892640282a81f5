import CTorch
public import Foundation
import Model

/// Fine-tuning of a third-party pretrained network below a new head.
///
/// ```swift
/// let tuning = try NetworkTuning(ScriptedNetwork(loading: file), input: "picture", output: 0)
/// let tuner = try FineTuner(tuning, training: training, validation: validation)
/// let outcome = try tuner.finish()
/// try tuning.save(to: file)
/// ```
/// Its layers are grouped in blocks; lower ones learn later and more slowly. Batch normalization keeps its running
/// statistics. If the network has attention, low-rank adapters learn instead of its matrices, and are finally added to
/// these, so that the structure of the network does not change.
///
/// Not `Sendable`: only one thread may use it at a time.
public final class NetworkTuning {
    /// Number of blocks of layers.
    public static let blocks = 4
    /// Default rank of adapters.
    public static let usualRank = 8

    /// Name of the network's input.
    let input: String
    private let output: Int
    private let original: ScriptedNetwork
    private let handle: OpaquePointer

    /// Finds the weights of a network that can learn.
    /// - Parameters:
    ///   - input: Name for its input.
    ///   - output: Index of the output with the features.
    /// - Throws: `Failure` with the reason if it cannot learn.
    public init(_ network: ScriptedNetwork, input: String, output: Int, rank: Int = usualRank, seed: UInt64 = 1) throws
    {
        var error: UnsafeMutablePointer<CChar>?
        let plan = gyrus_tuning_plan(
            output: Int64(output), blocks: Int64(Self.blocks), rank: Int64(rank), seed: seed)
        guard let handle = gyrus_tuning_create(network.handle, plan, &error) else {
            throw Failure(.invalidArgument, "The network cannot be fine-tuned: \(takeMessage(error)).")
        }
        self.handle = handle
        self.input = input
        self.output = output
        original = network
    }

    deinit { gyrus_tuning_free(handle) }

    /// Number of trained weights below the head.
    public var weightCount: Int { Int(gyrus_tuning_weight_count(handle)) }

    /// Rank of the adapters; nil if the weights themselves are trained.
    public var rank: Int? {
        let rank = Int(gyrus_tuning_rank(handle))
        return rank > 0 ? rank : nil
    }

    /// The network up to the output with the features.
    func features() throws -> ScriptedNetwork {
        try made { error in gyrus_tuning_features(handle, input, error) }
    }

    /// The features of one sample, computed by the network itself.
    func features(of values: [Float], shape: [Int]) throws -> [Float] {
        try original.features(of: values, shape: shape, output: output)
    }

    /// The network with a linear head on its standardized features; the weights of the head are zero.
    func network(means: [Float], deviations: [Float], outputs: Int) throws -> ScriptedNetwork {
        try made { error in
            gyrus_tuning_network(handle, input, means, deviations, Int64(means.count), Int64(outputs), error)
        }
    }

    /// Trains the weights of the blocks from this one on, and no others.
    func thaw(from block: Int) { gyrus_tuning_thaw(handle, Int64(block)) }

    /// Merges the trained weights into the network and writes it as a TorchScript file, without the head.
    public func save(to file: URL) throws {
        var error: UnsafeMutablePointer<CChar>?
        guard gyrus_tuning_settle(handle, &error) else {
            throw Failure(.internal, "The fine-tuned network cannot be saved: \(takeMessage(error)).")
        }
        try original.save(to: file)
    }

    private func made(
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> OpaquePointer?
    ) throws -> ScriptedNetwork {
        var error: UnsafeMutablePointer<CChar>?
        guard let handle = body(&error) else {
            throw Failure(.invalidArgument, "The network cannot be fine-tuned: \(takeMessage(error)).")
        }
        return ScriptedNetwork(owning: handle, inputs: [input], on: original.place)
    }
}
