public import Foundation
import Model
public import Safetensors

/// A network of others that is known by the names of its weights, under which torchvision, timm and Hugging Face store it.
///
/// ```swift
/// let checkpoint = try Checkpoint(SafetensorsFile(opening: "resnet18.safetensors"))
/// checkpoint.family        // "ResNet"
/// checkpoint.source        // "def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]: …"
/// ```
public struct Checkpoint: Sendable {
    /// What it is, such as `ResNet`.
    public let family: String
    /// Shapes of its inputs for one sample; nil where its weights do not say.
    public let inputShapes: [[Int]]?
    /// The methods of a TorchScript module; the first output describes a sample, others follow.
    public let source: String
    /// What the methods read as attributes, as 32-bit floats.
    public let tensors: [Tensor]
    /// Names of those tensors that a training may change.
    public let trained: Set<String>

    /// The families that are known.
    public static let families = ["ResNet", "MobileNetV2", "ViT", "BERT"]

    /// Finds the family that the names of a file's tensors are of; nil where none is.
    /// - Parameters:
    ///   - file: The weights.
    ///   - configuration: The `config.json` of Hugging Face that lies beside; nil where none does.
    /// - Throws: `Failure` naming the tensor that is missing, has the wrong shape, or belongs to no layer.
    public init?(_ file: SafetensorsFile, configuration: Data? = nil) throws {
        let settings = try CheckpointSettings(configuration)
        guard let family = Self.builders.first(where: { $0.isOf(CheckpointNames(file)) }) else { return nil }
        var script = CheckpointScript(file, CheckpointNames(file))
        inputShapes = try family.build(&script, settings)
        try script.checkRest(of: family.name)
        self.family = family.name
        source = script.source
        tensors = script.tensors
        trained = script.trained
    }

    /// How networks of a family are told and written.
    struct Family {
        let name: String
        let isOf: @Sendable (CheckpointNames) -> Bool
        /// Writes `forward`, and gives the shapes of inputs where they are known.
        let build: @Sendable (inout CheckpointScript, CheckpointSettings) throws -> [[Int]]?
    }

    private static let builders: [Family] = [.resNet, .mobileNetV2, .visionTransformer, .bert]
}

/// What Hugging Face notes beside weights.
struct CheckpointSettings {
    var heads: Int?
    var epsilon: Double?

    private struct Configuration: Decodable {
        var num_attention_heads: Int?
        var layer_norm_eps: Double?
    }

    init(_ configuration: Data?) throws {
        guard let configuration else { return }
        let read: Configuration
        do {
            read = try JSONDecoder().decode(Configuration.self, from: configuration)
        } catch {
            throw Failure(.invalidArgument, "config.json beside the weights cannot be read (\(error))")
        }
        heads = read.num_attention_heads
        epsilon = read.layer_norm_eps
    }
}

/// The names of a file's tensors, as torchvision (ResNet, MobileNetV2), timm (ViT) and Hugging Face (BERT) have them.
struct CheckpointNames {
    /// Names in the file by the usual ones.
    let original: [String: String]

    init(_ file: SafetensorsFile) {
        let names = file.entries.map(\.name).filter { !Self.isPassive($0) }
        original = Dictionary(names.map { (Self.usual($0), $0) }) { first, _ in first }
    }

    func has(_ name: String) -> Bool { original[name] != nil }

    /// Counters and places, of which nothing is computed.
    private static func isPassive(_ name: String) -> Bool {
        name.hasSuffix("num_batches_tracked") || name.hasSuffix("position_ids")
    }

    private static func usual(_ name: String) -> String {
        var name = name
        for prefix in ["model.", "module.", "backbone.", "resnet.", "vit.", "bert."] where name.hasPrefix(prefix) {
            name.removeFirst(prefix.count)
        }
        for (pattern, replacement) in rules { name = name.replacing(pattern, with: replacement) }
        return numbered(name)
    }

    /// Names of Hugging Face and torchvision, and what stands for them.
    private static let rules: [(String, String)] = [
        ("embedder.embedder.convolution", "conv1"), ("embedder.embedder.normalization", "bn1"),
        ("shortcut.convolution", "downsample.0"), ("shortcut.normalization", "downsample.1"),
        ("embeddings.cls_token", "cls_token"), ("class_token", "cls_token"),
        ("embeddings.position_embeddings.weight", "embeddings.places.weight"),
        ("embeddings.position_embeddings", "pos_embed"), ("encoder.pos_embedding", "pos_embed"),
        ("embeddings.places.weight", "embeddings.position_embeddings.weight"),
        ("embeddings.patch_embeddings.projection", "patch_embed.proj"), ("conv_proj", "patch_embed.proj"),
        ("encoder.layers.encoder_layer_", "blocks."), ("self_attention.in_proj_", "attn.qkv."),
        ("self_attention.out_proj", "attn.proj"), ("ln_1", "norm1"), ("ln_2", "norm2"), ("encoder.ln.", "norm."),
        ("mlp.linear_1", "mlp.fc1"), ("mlp.linear_2", "mlp.fc2"), ("heads.head", "head"),
        ("attention.attention.query", "attn.q"), ("attention.attention.key", "attn.k"),
        ("attention.attention.value", "attn.v"), ("layernorm_before", "norm1"), ("layernorm_after", "norm2"),
    ]

    /// Names that count differently.
    private static func numbered(_ name: String) -> String {
        var parts = name.split(separator: ".").map(String.init)
        if name.hasPrefix("encoder.stages."), parts.count > 4, let stage = Int(parts[2]) {
            // encoder.stages.0.layers.1.layer.2.convolution.weight
            parts.replaceSubrange(0...3, with: ["layer\(stage + 1)"])
            if parts.count > 4, parts[2] == "layer", let number = Int(parts[3]) {
                parts.replaceSubrange(2...4, with: [(parts[4] == "convolution" ? "conv" : "bn") + "\(number + 1)"])
            }
        } else if name.hasPrefix("encoder.layer."),
            name.contains("norm1") || name.contains("norm2") || name.contains(".attn.")
        {
            parts.replaceSubrange(0...1, with: ["blocks"])
        } else if name.hasPrefix("blocks."), name.contains(".mlp."), parts.count > 3 {
            parts[3] = ["0": "fc1", "3": "fc2"][parts[3]] ?? parts[3]
        }
        return parts.joined(separator: ".")
    }
}
