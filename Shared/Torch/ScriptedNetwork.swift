import CTorch
public import Foundation
import Model
public import Networks
import Safetensors

/// A network with its weights, ready to run: made from a description, or read from a TorchScript file.
///
/// Not `Sendable`: only one thread may use it at a time. Computations use the number of threads set in
/// `ComputeThreads`.
public final class ScriptedNetwork {
    /// Names of the inputs, in the order of the arguments.
    public let inputs: [String]

    let handle: OpaquePointer
    /// Where it computes.
    public let place: ComputePlace

    /// Makes a network with fresh weights, which depend only on the seed and on the names of the layers.
    /// - Parameter constraint: A term that is added to the loss during training.
    /// - Throws: `Failure` if the description is inconsistent.
    public init(
        _ description: NetworkDescription, constraint: SimilarityConstraint? = nil, seed: UInt64,
        on place: ComputePlace = .current
    ) throws {
        self.handle = try Self.make(
            try description.torchScriptSource, constraint.map { try description.torchScriptSource(of: $0) },
            try description.tensors, seed, place)
        self.place = place
        self.inputs = description.inputs.map(\.name)
    }

    /// Makes a stage of a network, with the weights that the whole network would have; its output is a list.
    init(_ stage: NetworkStage, seed: UInt64, on place: ComputePlace = .current) throws {
        self.handle = try Self.make(try stage.torchScriptSource, nil, try stage.tensors, seed, place)
        self.place = place
        self.inputs = stage.inputs.map(\.name)
    }

    /// Reads a TorchScript file.
    /// - Throws: `Failure` with code `corrupt` if the file is not TorchScript, or has weights that are not 32-bit
    ///   floats.
    public init(loading file: URL, on place: ComputePlace = .current) throws {
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        guard let handle = gyrus_network_load(file.path, place.c, &error) else {
            throw Failure(.corrupt, "The network '\(file.path)' cannot be read: \(takeMessage(error)).")
        }
        self.handle = handle
        self.place = place
        self.inputs = (0..<gyrus_network_input_count(handle)).map {
            String(cString: gyrus_network_input_name(handle, $0))
        }
    }

    /// Takes a network that the shim made.
    init(owning handle: OpaquePointer, inputs: [String], on place: ComputePlace) {
        self.handle = handle
        self.place = place
        self.inputs = inputs
    }

    deinit { gyrus_network_free(handle) }

    /// Writes the network as a TorchScript file, in evaluation mode.
    public func save(to file: URL) throws {
        var error: UnsafeMutablePointer<CChar>?
        guard gyrus_network_save(handle, file.path, &error) else {
            throw Failure(.internal, "Cannot write the network to '\(file.path)': \(takeMessage(error)).")
        }
    }

    /// Writes the weights as a safetensors file, under the same names as in the TorchScript file.
    public func saveWeights(to file: URL, metadata: [String: String] = [:]) throws {
        try SafetensorsFile.write(try tensors.map { try $0.copy() }, metadata: metadata, to: file.path)
    }

    /// Takes weights from a safetensors file, which must have all of them in their shapes.
    /// - Throws: `Failure` naming the first tensor that is missing or does not fit.
    public func loadWeights(from file: URL) throws {
        let source = try SafetensorsFile(opening: file.path)
        for tensor in tensors { try tensor.fill(from: source) }
    }

    /// Takes weights from several safetensors files: each tensor from the first file that has it, under its own name or
    /// without the prefix of that file.
    /// - Throws: `Failure` naming the first tensor that no file has, or that does not fit.
    public func loadWeights(from files: [(file: URL, prefix: String)]) throws {
        let sources = try files.map { (file: try SafetensorsFile(opening: $0.file.path), prefix: $0.prefix) }
        for tensor in tensors {
            let found = sources.lazy.compactMap { source -> (SafetensorsFile, String)? in
                let short =
                    tensor.name.hasPrefix(source.prefix)
                    ? String(tensor.name.dropFirst(source.prefix.count)) : tensor.name
                let names = [tensor.name, short]
                let name = names.first { name in source.file.entries.contains { $0.name == name } }
                return name.map { (source.file, $0) }
            }.first
            guard let (file, name) = found else {
                throw Failure(.corrupt, "None of the given weights has the tensor '\(tensor.name)'.")
            }
            try tensor.fill(from: file, as: name)
        }
    }

    /// Computes the tensors of a description that follow from the training samples.
    func fit(_ description: NetworkDescription, to samples: SampleSource) {
        let fitted = description.fittedTensors { name in samples.modality(name).map { AnySequence($0.samples) } }
        guard !fitted.isEmpty else { return }
        let views = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
        // A stage of a network has only some of the tensors.
        for (name, values) in fitted { values.withUnsafeBytes { views[name]?.write($0) } }
    }

    /// The values of a tensor.
    public func values(of name: String) throws -> [Float] {
        guard let tensor = tensors.first(where: { $0.name == name }) else {
            throw Failure(.notFound, "The network has no tensor '\(name)'.")
        }
        return tensor.values
    }

    /// Names of all tensors.
    public var tensorNames: [String] { tensors.map(\.name) }

    var tensors: [TensorView] {
        (0..<gyrus_network_tensor_count(handle)).map { TensorView(gyrus_network_tensor(handle, $0)) }
    }

    private static func make(
        _ source: String, _ constrained: String?, _ tensors: [NetworkTensor], _ seed: UInt64,
        _ place: ComputePlace
    ) throws -> OpaquePointer {
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        let names = tensors.map { strdup($0.name) }
        defer { names.forEach { free($0) } }
        let shapes = tensors.flatMap { $0.shape.map(Int64.init) }
        let handle = shapes.withUnsafeBufferPointer { shapes in
            var offset = 0
            let plans = zip(tensors, names).map { tensor, name in
                defer { offset += tensor.shape.count }
                return gyrus_tensor_plan(tensor, name: name, shape: shapes.baseAddress.map { $0 + offset })
            }
            return gyrus_network_create(source, constrained, plans, Int64(plans.count), seed, place.c, &error)
        }
        guard let handle else {
            throw Failure(.internal, "libtorch rejects the network's source: \(takeMessage(error)).")
        }
        return handle
    }
}

extension gyrus_tensor_plan {
    fileprivate init(_ tensor: NetworkTensor, name: UnsafePointer<CChar>?, shape: UnsafePointer<Int64>?) {
        self.init()
        self.name = name
        self.shape = shape
        self.rank = Int64(tensor.shape.count)
        self.is_trained = tensor.isTrained
        switch tensor.initialization {
        case .constant(let value): self.value = value
        case .uniform(let bound): self.bound = bound
        }
    }
}

/// Takes ownership of a message from the shim and frees it.
package func takeMessage(_ error: UnsafeMutablePointer<CChar>?) -> String {
    guard let error else { return "no reason given" }
    defer { free(error) }
    let text = String(cString: error).trimmingCharacters(in: .whitespacesAndNewlines)
    return text.hasSuffix(".") ? String(text.dropLast()) : text
}
