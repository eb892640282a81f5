public import Foundation
public import Model
public import Networks

/// What is asked about a file that shall be imported.
public struct InspectionRequest: Sendable, Codable {
    /// The file.
    public var file: URL
    /// Description (JSON) of the base network that its weights are for; nil lets the file describe itself.
    public var network: String?
    /// Shapes of the inputs of a TorchScript file that no base network describes, of one sample; nil leaves one out that is
    /// optional, as one that is missing at the end is.
    public var inputShapes: [[Int]?]
    /// Where to write the other of TorchScript and safetensors, which structure and weights make together; or the TorchScript
    /// that an ONNX file, or safetensors of a known family, become.
    public var companion: URL?
    /// Whether a file that cannot be run is refused, and not only checked.
    public var mustRun: Bool

    /// Makes a request.
    public init(
        file: URL, network: String? = nil, inputShapes: [[Int]?] = [], companion: URL? = nil, mustRun: Bool = false
    ) {
        self.file = file
        self.network = network
        self.inputShapes = inputShapes
        self.companion = companion
        self.mustRun = mustRun
    }
}

/// What a file that shall be imported turned out to be.
public struct Inspection: Sendable, Codable {
    /// Formats that can be imported.
    public enum Format: String, Sendable, Codable, CaseIterable {
        /// Structure and weights, run once.
        case torchScript = "torchscript"
        /// Weights of a known base network.
        case safetensors
        /// Structure and weights, checked, and run where all operators are known.
        case onnx
        /// Weights, checked with the structure that is beside.
        case darknet
        /// Structure, checked with the weights that are beside.
        case openVINO = "openvino"

        /// The other of two files that make up a network; nil if one is enough.
        public func partner(of file: URL) -> URL? {
            let base = file.deletingPathExtension()
            return switch self {
            case .darknet: base.appendingPathExtension("cfg")
            case .openVINO: base.appendingPathExtension("bin")
            case .torchScript, .safetensors, .onnx: nil
            }
        }
    }

    /// Its format.
    public var format: Format
    /// The graph that it describes; nil if a base network does.
    public var outline: NetworkOutline?
    /// What wrote it, such as `pytorch 1.13`; nil if it does not say.
    public var producer: String?
    /// What was checked, one sentence each.
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

/// What the inspecting process answers.
public enum InspectionReply: Sendable, Codable {
    /// The file is sound.
    case sound(Inspection)
    /// It is not, for this reason.
    case refused(Failure)
}
