import CTorch
public import Foundation
import Model

/// A pretrained network of others whose weights learn further below a new head.
///
/// ```swift
/// let tuning = try NetworkTuning(ScriptedNetwork(loading: file), input: "picture", output: 0)
/// let tuner = try FineTuner(tuning, training: training, validation: validation)
/// let outcome = try tuner.finish()
/// try tuning.save(to: file)
/// ```
/// Its layers stand in blocks, of which the lower ones learn later and more slowly. Layers that normalize over mini-batches keep
/// the moments that they have. Where a network has attention, adapters of low rank learn in place of its matrices; what they
/// learned is added to these in the end, so that the network's form stays as it was.
///
/// Not `Sendable`: one thread at a time may use it.
public final class NetworkTuning {
    /// Blocks of layers.
    public static let blocks = 4
    /// Rank of adapters.
    public static let usualRank = 8

    /// Name of the network's input.
    let input: String
    private let output: Int
    private let original: ScriptedNetwork
    private let handle: OpaquePointer

    /// Finds the weights of a network that can learn.
    /// - Parameters:
    ///   - input: Name that its input gets.
    ///   - output: The number of the output that describes a sample.
    /// - Throws: `Failure` where none can, which says why.
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

    /// How many numbers learn below the head.
    public var weightCount: Int { Int(gyrus_tuning_weight_count(handle)) }

    /// Rank of the adapters that learn; nil where the weights themselves do.
    public var rank: Int? {
        let rank = Int(gyrus_tuning_rank(handle))
        return rank > 0 ? rank : nil
    }

    /// The network up to the output that describes a sample.
    func features() throws -> ScriptedNetwork {
        try made { error in gyrus_tuning_features(handle, input, error) }
    }

    /// The features of one sample by the network itself.
    func features(of values: [Float], shape: [Int]) throws -> [Float] {
        try original.features(of: values, shape: shape, output: output)
    }

    /// The network with a linear head on its standardized features, which has no weight yet.
    func network(means: [Float], deviations: [Float], outputs: Int) throws -> ScriptedNetwork {
        try made { error in
            gyrus_tuning_network(handle, input, means, deviations, Int64(means.count), Int64(outputs), error)
        }
    }

    /// Has the weights of blocks from this one on learn, and no others.
    func thaw(from block: Int) { gyrus_tuning_thaw(handle, Int64(block)) }

    /// Puts what was learned into the network and writes it as a TorchScript file, without the head.
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
