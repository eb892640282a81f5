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
    /// Largest file in bytes.
    public static let largest = 256 << 20
    /// Versions of the standard operators that are read.
    public static let operatorSets: ClosedRange<Int64> = 7...28
    /// Versions of the file format that are read.
    public static let formatVersions: ClosedRange<Int64> = 3...14

    /// The graph.
    public let outline: NetworkOutline
    /// Program that wrote the file with its version, such as `pytorch 1.13`; empty where it does not say.
    public let producer: String
    /// Version of the standard operators; nil where the file uses those of `ai.onnx.ml` alone.
    public let operatorSet: Int64?
    /// What the writer noted.
    public let metadata: [String: String]

    private let model: Wire.OnnxModel
    private let name: String

    /// The network as TorchScript.
    /// - Throws: `Failure` naming the operators that cannot be translated, or the node and the setting.
    public func script() throws -> OnnxScript { try OnnxScript(model, name: name) }

    /// Reads a file and checks it: its versions, that every value is given once and before it is read, the shapes of
    /// inputs and weights, and that every weight has the elements that its shape needs.
    /// - Throws: `Failure` naming the file and the node, tensor or field that is wrong.
    public init(reading file: URL) throws {
        try self.init(bytes: try Self.content(of: file), name: file.path)
    }

    /// Checks the content of a file.
    /// - Parameter name: What failures call it.
    public init(bytes: [UInt8], name: String) throws {
        try OnnxFrame(bytes, file: name).check()
        let model: Wire.OnnxModel
        do {
            model = try Wire.OnnxModel(bytes: bytes)
        } catch {
            throw Failure(.corrupt, "'\(name)' is no ONNX file: \(Failure(error).message)")
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
            throw Failure(.invalidArgument, "'\(file.path)' has \(size) bytes; an ONNX file may have \(largest).")
        }
        do {
            return try [UInt8](Data(contentsOf: file))
        } catch {
            throw Failure(.permissionDenied, "'\(file.path)' cannot be read: \(error.localizedDescription)")
        }
    }

    /// Writes a network with its weights as an ONNX file.
    /// - Parameters:
    ///   - network: The network, described layer by layer.
    ///   - weights: Its safetensors file, with all tensors of the network as 32-bit floats.
    ///   - metadata: What to note in the file.
    /// - Throws: `Failure` naming the tensor that is missing or does not fit.
    public static func write(
        _ network: NetworkDescription, weights: URL, metadata: [String: String] = [:], to file: URL
    ) throws {
        let writer = try OnnxWriter(network)
        let model = try writer.model(SafetensorsFile(opening: weights.path), metadata: metadata)
        do {
            try Data(model.encodedBytes()).write(to: file, options: .atomic)
        } catch let error as CocoaError {
            throw Failure(.permissionDenied, "'\(file.path)' cannot be written: \(error.localizedDescription)")
        }
    }
}
