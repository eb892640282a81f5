public import Foundation
import Model
public import Networks
import Safetensors
import Schema

/// An ONNX file that was read and checked.
///
/// ```swift
/// let file = try OnnxFile(reading: URL(filePath: "detector.onnx"))
/// file.outline.inputs            // [Port(name: "images", shape: [1, 3, 416, 416])]
/// ```
public struct OnnxFile: Sendable {
    /// Maximum size of a file in bytes.
    public static let largest = 256 << 20
    /// Supported versions of the standard operators.
    public static let operatorSets: ClosedRange<Int64> = 7...28
    /// Supported versions of the file format.
    public static let formatVersions: ClosedRange<Int64> = 3...14

    /// The graph.
    public let outline: NetworkOutline
    /// The program that wrote the file and its version, such as `pytorch 1.13`; empty if unknown.
    public let producer: String
    /// Version of the standard operators; nil if the file uses only those of `ai.onnx.ml`.
    public let operatorSet: Int64?
    /// Metadata from the writer.
    public let metadata: [String: String]

    private let model: Wire.OnnxModel
    private let name: String

    /// The network as TorchScript.
    /// - Throws: `Failure` naming the operators that cannot be translated, or the node and the attribute.
    public func script() throws -> OnnxScript { try OnnxScript(model, name: name) }

    /// Reads a file and checks it: its versions, that every value is produced once and before it is read, the shapes of
    /// inputs and weights, and that every weight has the elements that its shape needs.
    /// - Throws: `Failure` naming the file and the invalid node, tensor or field.
    public init(reading file: URL) throws {
        try self.init(bytes: try Self.content(of: file), name: file.path)
    }

    /// Checks the content of a file.
    /// - Parameter name: The name of the file in failures.
    public init(bytes: [UInt8], name: String) throws {
        try OnnxFrame(bytes, file: name).check()
        let model: Wire.OnnxModel
        do {
            model = try Wire.OnnxModel(bytes: bytes)
        } catch {
            throw Failure(.corrupt, "'\(name)' is not an ONNX file: \(Failure(error).message)")
        }
        self.model = model
        self.name = name
        var checker = OnnxChecker(file: name)
        (outline, operatorSet) = try checker.check(model)
        producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
        metadata = Dictionary(model.metadataProps.map { ($0.key, $0.value) }) { _, later in later }
    }

    private static func content(of file: URL) throws -> [UInt8] {
        let size = try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize
        guard let size else { throw Failure(.notFound, "There is no file '\(file.path)'.") }
        guard size <= largest else {
            throw Failure(
                .invalidArgument, "'\(file.path)' has \(size) bytes; an ONNX file may have at most \(largest).")
        }
        do {
            return try [UInt8](Data(contentsOf: file))
        } catch {
            throw Failure(.permissionDenied, "Cannot read '\(file.path)': \(error.systemReason)")
        }
    }

    /// Writes a network with its weights as an ONNX file.
    /// - Parameters:
    ///   - network: The network, described layer by layer.
    ///   - weights: Its safetensors file, with all tensors of the network as 32-bit floats.
    ///   - metadata: Metadata to write to the file.
    /// - Throws: `Failure` naming the tensor that is missing or does not fit.
    public static func write(
        _ network: NetworkDescription, weights: URL, metadata: [String: String] = [:], to file: URL
    ) throws {
        let writer = try OnnxWriter(network)
        let model = try writer.model(SafetensorsFile(opening: weights.path), metadata: metadata)
        do {
            try Data(model.encodedBytes()).write(to: file, options: .atomic)
        } catch let error as CocoaError {
            throw Failure(.permissionDenied, "Cannot write '\(file.path)': \(error.systemReason)")
        }
    }
}
