public import Foundation
public import Model
public import Networks

/// A request to inspect a file before its import.
public struct InspectionRequest: Sendable, Codable {
    /// Path of the file.
    public var file: URL
    /// JSON description of the base network that its weights belong to; nil if the file describes itself.
    public var network: String?
    /// Input shapes of one sample, for a TorchScript file without a base network. A nil shape, like a missing one at
    /// the end, omits an optional input.
    public var inputShapes: [[Int]?]
    /// Where to write the companion: the TorchScript or safetensors file that completes the other, or the TorchScript
    /// file converted from ONNX or from safetensors of a known family.
    public var companion: URL?
    /// Whether to reject a file that cannot be run, instead of only checking it.
    public var mustRun: Bool
    /// The text encoder to convert to TorchScript that takes token numbers and returns a text's features; nil for any
    /// other network.
    public var encoder: Encoder?

    /// A text encoder.
    public struct Encoder: Sendable, Codable {
        /// How it reads tokens.
        public var encoding: TextEncoding
        /// Index of the output with the features.
        public var feature: Int
        /// Number of tokens of its tokenizer.
        public var vocabulary: Int

        /// Describes an encoder.
        public init(_ encoding: TextEncoding, feature: Int, vocabulary: Int) {
            self.encoding = encoding
            self.feature = feature
            self.vocabulary = vocabulary
        }
    }

    /// Makes a request.
    public init(
        file: URL, network: String? = nil, inputShapes: [[Int]?] = [], companion: URL? = nil, mustRun: Bool = false,
        encoder: Encoder? = nil
    ) {
        self.file = file
        self.network = network
        self.inputShapes = inputShapes
        self.companion = companion
        self.mustRun = mustRun
        self.encoder = encoder
    }
}

/// The result of inspecting a file before its import.
public struct Inspection: Sendable, Codable {
    /// Formats that can be imported.
    public enum Format: String, Sendable, Codable, CaseIterable {
        /// TorchScript: structure and weights, run once.
        case torchScript = "torchscript"
        /// Safetensors: weights of a known base network.
        case safetensors
        /// ONNX: structure and weights, checked, and run if all operators are known.
        case onnx
        /// Darknet weights, checked together with the structure file next to them.
        case darknet
        /// OpenVINO structure, checked together with the weights file next to it.
        case openVINO = "openvino"

        /// The other of two files that make up a network; nil if one file is enough.
        public func partner(of file: URL) -> URL? {
            let base = file.deletingPathExtension()
            return switch self {
            case .darknet: base.appendingPathExtension("cfg")
            case .openVINO: base.appendingPathExtension("bin")
            case .torchScript, .safetensors, .onnx: nil
            }
        }
    }

    /// Format, recognized by the content.
    public var format: Format
    /// The graph that it describes; nil if a base network describes it.
    public var outline: NetworkOutline?
    /// Program that wrote it, such as `pytorch 1.13`; nil if unknown.
    public var producer: String?
    /// The checks performed, one sentence each.
    public var findings: [String]
    /// Whether the companion was written.
    public var hasCompanion: Bool

    /// Makes a result.
    public init(
        _ format: Format, outline: NetworkOutline? = nil, producer: String? = nil, findings: [String],
        hasCompanion: Bool = false
    ) {
        self.format = format
        self.outline = outline
        self.producer = producer
        self.findings = findings
        self.hasCompanion = hasCompanion
    }
}

/// The reply of the inspecting process.
public enum InspectionReply: Sendable, Codable {
    /// The file is sound.
    case sound(Inspection)
    /// The file is unsound, for this reason.
    case refused(Failure)
}
