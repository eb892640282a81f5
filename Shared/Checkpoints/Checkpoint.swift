public import Foundation
import Model
public import Safetensors

/// A third-party network that is recognized by the names of its weights, as stored by torchvision, timm and Hugging
/// Face.
///
/// ```swift
/// let checkpoint = try Checkpoint(SafetensorsFile(opening: "resnet18.safetensors"))
/// checkpoint?.family       // "ResNet"
/// checkpoint?.source       // "def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]: …"
/// ```
public struct Checkpoint: Sendable {
    /// Its family, such as `ResNet`.
    public let family: String
    /// Shapes of its inputs for one sample; nil if they do not follow from the weights.
    public let inputShapes: [[Int]]?
    /// The methods of a TorchScript module; the first output holds the features, others follow.
    public let source: String
    /// The tensors that the methods read as attributes, as 32-bit floats.
    public let tensors: [Tensor]
    /// Names of the tensors that a training may change.
    public let trained: Set<String>

    /// The known families.
    public static let families = ["ResNet", "MobileNetV2", "ViT", textFamily]
    /// The family of text encoders.
    public static let textFamily = "BERT"

    /// Finds the family to which the names of a file's tensors belong; nil if there is none.
    /// - Parameters:
    ///   - file: The weights.
    ///   - configuration: Hugging Face's `config.json` from the same folder; nil if there is none.
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

    /// How networks of a family are recognized and written.
    struct Family {
        let name: String
        let isOf: @Sendable (CheckpointNames) -> Bool
        /// Writes `forward`, and returns the shapes of inputs if they are known.
        let build: @Sendable (inout CheckpointScript, CheckpointSettings) throws -> [[Int]]?
    }

    private static let builders: [Family] = [.resNet, .mobileNetV2, .visionTransformer, .bert]
}

/// The settings that Hugging Face stores with weights.
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
            throw Failure(.invalidArgument, "cannot read the config.json of the weights (\(error))")
        }
        heads = read.num_attention_heads
        epsilon = read.layer_norm_eps
    }
}

/// The names of a file's tensors, in the style of torchvision (ResNet, MobileNetV2), timm (ViT) and Hugging Face
/// (BERT).
struct CheckpointNames {
    /// Names in the file, by their canonical names.
    let original: [String: String]

    init(_ file: SafetensorsFile) {
        let names = file.entries.map(\.name).filter { !Self.isPassive($0) }
        original = Dictionary(names.map { (Self.usual($0), $0) }) { first, _ in first }
    }

    func has(_ name: String) -> Bool { original[name] != nil }

    /// Whether a tensor holds counters or positions, which are not used in computations.
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

    /// Names used by Hugging Face and torchvision, with their canonical names.
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

    /// Converts names that are numbered differently.
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
