import Foundation
public import Model

/// A network as a flat list of layers: pure data that is checked, counted, stored and converted to TorchScript.
///
/// ```swift
/// let network = NetworkDescription(
///     name: "tiny", inputs: [.init(name: "image", shape: [1, 28, 28])],
///     layers: [
///         Layer("convolution", .convolution(Convolution(channels: 8, kernel: 5)), from: "image"),
///         Layer("pooling", .maximumPooling(kernel: 2, stride: 2), from: "convolution"),
///         Layer("features", .flatten, from: "pooling"),
///         Layer("head", .linear(features: 10), from: "features"),
///     ])
/// let shapes = try network.validate()   // ["convolution": [8, 28, 28], …]
/// ```
public struct NetworkDescription: Hashable, Sendable, Codable {
    /// An input of the network.
    public struct Input: Hashable, Sendable, Codable {
        /// Name, such as that of a modality.
        public var name: String
        /// Shape of one sample, such as `[1, 28, 28]` (channels, height, width) or `[64]`.
        public var shape: [Int]

        /// Makes an input.
        public init(name: String, shape: [Int]) {
            self.name = name
            self.shape = shape
        }
    }

    /// Display name, such as `LeNet5`.
    public var name: String
    /// The inputs, in the order of the arguments of the saved network.
    public var inputs: [Input]
    /// The layers; each reads only inputs and layers before it. The last one is the output.
    public var layers: [Layer]

    /// Makes a description; `validate()` checks it.
    public init(name: String, inputs: [Input], layers: [Layer]) {
        self.name = name
        self.inputs = inputs
        self.layers = layers
    }

    /// Reads a description from its JSON form and checks it.
    /// - Throws: `Failure` with code `invalid-argument` that names the invalid layer or field.
    public init(json: String) throws {
        do {
            self = try JSONDecoder().decode(NetworkDescription.self, from: Data(json.utf8))
        } catch let error as DecodingError {
            throw Failure(.invalidArgument, "Cannot read the network's description: \(Self.explain(error))")
        }
        _ = try validate()
    }

    /// The canonical JSON of this description: keys sorted, no white space, every field written.
    public var canonicalJSON: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            encoder.nonConformingFloatEncodingStrategy = .throw
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Identity: the digest of the canonical JSON.
    public var id: BlobDigest {
        get throws { BlobDigest(hashing: Array(try canonicalJSON.utf8)) }
    }

    /// The shape of each layer's output for one sample, by the layer's name.
    /// - Throws: `Failure` with code `invalid-argument` that names the layer and the shapes that do not fit.
    public func validate() throws -> [String: [Int]] {
        try ShapeInference(self).shapes
    }

    /// The shape of the network's output for one sample.
    public var outputShape: [Int] {
        get throws {
            let shapes = try validate()
            return layers.last.flatMap { shapes[$0.name] } ?? []
        }
    }

    /// Number of trainable parameters.
    public var parameterCount: Int {
        get throws { try tensors.reduce(0) { $0 + ($1.isTrained ? $1.elementCount : 0) } }
    }

    /// Multiply-accumulate operations of convolutions and linear layers per sample.
    public var multiplyAccumulates: Int {
        get throws { try ShapeInference(self).multiplyAccumulates() }
    }

    private static func explain(_ error: DecodingError) -> String {
        func path(_ context: DecodingError.Context) -> String {
            let keys = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
            return keys.isEmpty ? "" : " (at \(keys.joined(separator: ".")))"
        }
        switch error {
        case .keyNotFound(let key, let context): return "'\(key.stringValue)' is missing\(path(context))."
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return context.debugDescription + path(context)
        @unknown default: return String(describing: error)
        }
    }
}
