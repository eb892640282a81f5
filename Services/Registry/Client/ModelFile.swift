public import Model
package import Schema

/// A file of a pretrained model.
public struct ModelFile: Hashable, Sendable, Codable {
    /// File formats, each with its file extension.
    public enum Format: String, CaseIterable, Hashable, Sendable, Codable {
        /// Structure and weights as TorchScript.
        case torchScript = "torchscript"
        /// Weights as safetensors.
        case safetensors
        /// Structure and weights as ONNX.
        case onnx
        /// Weights for Darknet.
        case darknet
        /// Structure for Darknet.
        case darknetConfiguration = "darknet-configuration"
        /// Structure as OpenVINO's intermediate representation.
        case openVINO = "openvino"
        /// Weights of OpenVINO's intermediate representation.
        case openVINOWeights = "openvino-weights"
        /// Detector, filter and tracker with their settings as JSON.
        case tracker
        /// Tracks of the sequences used by the tracker search.
        case tracks
        /// The inputs that its network needs, as JSON (`InputContract`).
        case contract
        /// Its answers for test samples and the true values.
        case answers

        /// File extension, such as `pt`.
        public var fileExtension: String {
            switch self {
            case .torchScript: "pt"
            case .safetensors, .answers: "safetensors"
            case .onnx: "onnx"
            case .darknet: "weights"
            case .darknetConfiguration: "cfg"
            case .openVINO: "xml"
            case .openVINOWeights: "bin"
            case .tracker, .contract: "json"
            case .tracks: "tracks"
            }
        }
    }

    /// Format of the file.
    public var format: Format
    /// Digest of its content.
    public var blob: BlobDigest
    /// Size in bytes, set by the registry.
    public var bytes: UInt64

    /// Makes a file of a model.
    public init(_ format: Format, _ blob: BlobDigest, bytes: UInt64 = 0) {
        self.format = format
        self.blob = blob
        self.bytes = bytes
    }

    /// Decodes a received file.
    package init(_ wire: Wire.ModelFile) throws {
        guard let format = Format(rawValue: wire.format) else {
            let known = Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(
                .invalidArgument, "The model has a file of unknown format '\(wire.format.prefix(80))'; use \(known).")
        }
        self.init(format, try BlobDigest(wire.blob), bytes: wire.bytes)
    }
}

extension Wire.ModelFile {
    /// The file in wire form.
    package init(_ file: ModelFile) {
        self.init(format: file.format.rawValue, blob: file.blob.hexadecimal, bytes: file.bytes)
    }
}
