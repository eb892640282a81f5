public import Model
package import Schema

/// A file of a pretrained model.
public struct ModelFile: Hashable, Sendable, Codable {
    /// Formats of files, each with the extension that its files have.
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
        /// Detector, filter and tracker with its settings as JSON.
        case tracker
        /// Tracks of the sequences that a tracker was searched on.
        case tracks
        /// What its network must be given, as JSON (`InputContract`).
        case contract
        /// What it answered for test samples, and what is right.
        case answers

        /// Extension of files, such as `pt`.
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

    /// Its format.
    public var format: Format
    /// Its content.
    public var blob: BlobDigest
    /// Its size; set by the registry.
    public var bytes: UInt64

    /// Makes a file of a model.
    public init(_ format: Format, _ blob: BlobDigest, bytes: UInt64 = 0) {
        self.format = format
        self.blob = blob
        self.bytes = bytes
    }

    /// The file that was received.
    package init(_ wire: Wire.ModelFile) throws {
        guard let format = Format(rawValue: wire.format) else {
            let known = Format.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(
                .invalidArgument, "A model's file has the unknown format '\(wire.format.prefix(80))'; use \(known).")
        }
        self.init(format, try BlobDigest(wire.blob), bytes: wire.bytes)
    }
}

extension Wire.ModelFile {
    /// The file as it is sent.
    package init(_ file: ModelFile) {
        self.init(format: file.format.rawValue, blob: file.blob.hexadecimal, bytes: file.bytes)
    }
}
