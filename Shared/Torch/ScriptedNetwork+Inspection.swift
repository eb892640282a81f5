import CTorch
import Foundation
import Model
public import Networks

/// Inspection of third-party networks.
extension ScriptedNetwork {
    /// For each input, whether it may be left out.
    public var optionalInputs: [Bool] {
        inputs.indices.map { gyrus_network_input_is_optional(handle, Int64($0)) }
    }

    /// Name of an operation that opens files, such as `aten::from_file`; nil if the network has none.
    public var fileOperation: String? {
        guard let name = gyrus_network_forbidden(handle) else { return nil }
        defer { free(name) }
        return String(cString: name)
    }

    /// Runs the network once on random inputs of these shapes, including the batch; nil leaves out an input, as does a
    /// shape that is missing at the end.
    /// - Returns: The shapes of its outputs.
    /// - Throws: `Failure` if it cannot be run, or returns anything other than tensors of finite numbers.
    public func outputShapes(for inputs: [[Int]?]) throws -> [[Int]] {
        ComputeThreads.prepare()
        let text = try text { error in
            gyrus_network_probe(
                handle, inputs.flatMap { ($0 ?? []).map(Int64.init) }, inputs.map { $0.map { Int64($0.count) } ?? -1 },
                Int64(inputs.count), error)
        }
        return text.split(separator: " ").map { $0.split(separator: "x").compactMap { Int($0) } }
    }

    /// Number of outputs if it returns several; nil if it returns one tensor.
    /// - Throws: `Failure` if it returns anything other than tensors.
    public var outputCount: Int? {
        get throws {
            let count = gyrus_network_output_count(handle)
            guard count >= 0 else {
                throw Failure(.invalidArgument, "The network returns neither a tensor nor several tensors.")
            }
            return count == 0 ? nil : Int(count)
        }
    }

    /// The numbers of one output for one sample.
    /// - Parameters:
    ///   - values: The values of the first input; others take their defaults.
    ///   - shape: The shape of the first input, without the batch.
    /// - Throws: `Failure` if the network cannot be run on these values, or returns numbers that are not finite.
    public func features(of values: [Float], shape: [Int], output: Int) throws -> [Float] {
        precondition(values.count == shape.reduce(1, *), "\(values.count) numbers do not have the shape \(shape)")
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
            throw Failure(.invalidArgument, "The network returns values that are not finite.")
        }
        return features
    }

    /// The operations of the network, as named by libtorch.
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

    /// Takes ownership of a text from the shim and frees it.
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
