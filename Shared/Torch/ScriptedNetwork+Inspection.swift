import CTorch
import Foundation
import Model
public import Networks

/// Looking into networks that others made.
extension ScriptedNetwork {
    /// For each input whether it may be left out.
    public var optionalInputs: [Bool] {
        inputs.indices.map { gyrus_network_input_is_optional(handle, Int64($0)) }
    }

    /// Name of an operation that opens files, such as `aten::from_file`; nil where the network has none.
    public var fileOperation: String? {
        guard let name = gyrus_network_forbidden(handle) else { return nil }
        defer { free(name) }
        return String(cString: name)
    }

    /// Runs the network once on random inputs of these shapes, with the batch in front; nil leaves an input out, as a shape
    /// that is missing at the end does.
    /// - Returns: The shapes of its outputs.
    /// - Throws: `Failure` where it cannot be run, or gives something else than tensors of finite numbers.
    public func outputShapes(for inputs: [[Int]?]) throws -> [[Int]] {
        ComputeThreads.prepare()
        let text = try text { error in
            gyrus_network_probe(
                handle, inputs.flatMap { ($0 ?? []).map(Int64.init) }, inputs.map { $0.map { Int64($0.count) } ?? -1 },
                Int64(inputs.count), error)
        }
        return text.split(separator: " ").map { $0.split(separator: "x").compactMap { Int($0) } }
    }

    /// How many outputs it gives side by side; nil where it gives one.
    /// - Throws: `Failure` where it gives something else than tensors.
    public var outputCount: Int? {
        get throws {
            let count = gyrus_network_output_count(handle)
            guard count >= 0 else {
                throw Failure(.invalidArgument, "The network gives neither a tensor nor several of them.")
            }
            return count == 0 ? nil : Int(count)
        }
    }

    /// The numbers of one output for one sample.
    /// - Parameters:
    ///   - values: What the first input reads; others take their defaults.
    ///   - shape: Its shape, without the batch.
    /// - Throws: `Failure` where the network cannot be run on that, or gives numbers that are not finite.
    public func features(of values: [Float], shape: [Int], output: Int) throws -> [Float] {
        precondition(values.count == shape.reduce(1, *), "\(values.count) numbers are not of shape \(shape)")
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        var numbers: UnsafeMutablePointer<Float>?
        var count: Int64 = 0
        let isDone = gyrus_network_features(
            handle, values, [1] + shape.map(Int64.init), Int64(shape.count + 1), Int64(output), &numbers, &count, &error
        )
        guard isDone, let numbers else {
            throw Failure(.invalidArgument, "The network cannot be run: \(takeMessage(error)).")
        }
        defer { free(numbers) }
        let features = Array(UnsafeBufferPointer(start: numbers, count: Int(count)))
        guard features.allSatisfy(\.isFinite) else {
            throw Failure(.invalidArgument, "The network gives values that are no finite number.")
        }
        return features
    }

    /// What the network computes, in the words of libtorch.
    public func operations() throws -> [NetworkOutline.Node] {
        let lines = try text { gyrus_network_operations(handle, $0) }.split(separator: "\n")
        var nodes: [NetworkOutline.Node] = []
        for (number, line) in lines.enumerated() {
            let fields = line.split(separator: " ").map(String.init)
            let sources = fields.dropFirst(2).compactMap { Int($0) }
            nodes.append(
                NetworkOutline.Node(
                    name: "\(fields[0])\(number)", operation: fields[0],
                    inputs: sources.map { $0 < 0 ? inputs[-$0 - 1] : nodes[$0].name }, parameters: Int(fields[1]) ?? 0))
        }
        return nodes
    }

    /// The names and shapes of its tensors.
    public var tensorShapes: [String: [Int]] {
        Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.shape) })
    }

    /// Takes a text that the shim made, and frees it.
    private func text(
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> UnsafeMutablePointer<CChar>?
    ) throws -> String {
        var error: UnsafeMutablePointer<CChar>?
        guard let text = body(&error) else {
            throw Failure(.corrupt, "The network cannot be run: \(takeMessage(error)).")
        }
        defer { free(text) }
        return String(cString: text)
    }
}
