import Model

extension Checkpoint.Family {
    /// Vision transformers (Dosovitskiy et al. 2021) with a class token.
    static let visionTransformer = Self(
        name: "ViT", isOf: { $0.has("patch_embed.proj.weight") && $0.has("cls_token") && $0.has("pos_embed") }
    ) { script, settings in
        let (patches, places) = (try script.shape("patch_embed.proj.weight"), try script.shape("pos_embed"))
        guard patches.count == 4, places.count == 3, places[1] > 1 else {
            throw Failure(
                .invalidArgument,
                "tensors 'patch_embed.proj.weight' and 'pos_embed' have shapes \(patches) and \(places)")
        }
        let side = Int(Double(places[1] - 1).squareRoot().rounded())
        guard side * side == places[1] - 1 else {
            throw Failure(
                .invalidArgument, "tensor 'pos_embed' has shape \(places), which does not fit a square picture")
        }
        let heads = try Self.divided(settings.heads ?? patches[0] / 64, of: patches[0])
        let epsilon = settings.epsilon ?? 1e-6
        let head = ["head", "classifier"].first { script.has("\($0).weight") }
        script.begin(["x"], outputs: head == nil ? 1 : 2)
        let projected = try script.weight("patch_embed.proj.weight")
        let bias = try script.optional("patch_embed.proj.bias")
        script.emit("x = torch.conv2d(x, \(projected), \(bias), [\(patches[2]), \(patches[3])])")
        script.emit("x = x.flatten(2).transpose(1, 2)")
        script.emit("x = torch.cat([\(try script.weight("cls_token")).expand([x.size(0), 1, \(patches[0])]), x], 1)")
        script.emit("x = x + \(try script.weight("pos_embed"))")
        var block = 0
        while script.has("blocks.\(block).norm1.weight") {
            try Self.layer(&script, block, heads: heads, epsilon: epsilon)
            block += 1
        }
        let name = script.has("norm.weight") ? "norm" : "layernorm"
        script.emit("x = \(try script.layerNormalization("x", name, epsilon: epsilon))")
        for rest in ["pooler.dense.weight", "pooler.dense.bias"] { script.ignore(rest) }
        _ = try end(&script, "x[:, 0]", head: head, inputs: patches[1])
        return [[patches[1], side * patches[2], side * patches[3]]]
    }

    private static func divided(_ count: Int, of width: Int) throws -> Int {
        guard count > 0, width.isMultiple(of: count) else {
            throw Failure(.invalidArgument, "config.json names \(count) heads, which do not divide \(width) features")
        }
        return count
    }

    private static func layer(
        _ script: inout CheckpointScript, _ number: Int, heads: Int, epsilon: Double
    ) throws {
        let name = "blocks.\(number)"
        // Hugging Face's layers keep the outer names of BERT.
        let (isJoined, outer) = (script.has("\(name).attn.qkv.weight"), "encoder.layer.\(number)")
        script.emit("y = \(try script.layerNormalization("x", "\(name).norm1", epsilon: epsilon))")
        if isJoined {
            script.emit("joined = torch.chunk(\(try script.linear("y", "\(name).attn.qkv")), 3, -1)")
            script.attention("joined[0]", "joined[1]", "joined[2]", heads: heads)
        } else {
            for part in ["q", "k", "v"] {
                script.emit("all_\(part) = \(try script.linear("y", "\(name).attn.\(part)"))")
            }
            script.attention("all_q", "all_k", "all_v", heads: heads)
        }
        let names =
            isJoined
            ? ["\(name).attn.proj", "\(name).mlp.fc1", "\(name).mlp.fc2"]
            : ["\(outer).attention.output.dense", "\(outer).intermediate.dense", "\(outer).output.dense"]
        script.emit("x = x + \(try script.linear("y", names[0]))")
        script.emit("y = \(try script.layerNormalization("x", "\(name).norm2", epsilon: epsilon))")
        script.emit("x = x + \(try script.linear("torch.gelu(\(script.linear("y", names[1])))", names[2]))")
    }

    /// Text encoders (Devlin et al. 2019) and encoders distilled from them. The first output is the mean over the
    /// unmasked tokens, the second is the last layer.
    static let bert = Self(
        name: Checkpoint.textFamily,
        isOf: { $0.has("embeddings.word_embeddings.weight") && $0.has("encoder.layer.0.attention.self.query.weight") }
    ) { script, settings in
        let width = try script.shape("embeddings.word_embeddings.weight").last ?? 0
        guard let known = settings.heads else {
            throw Failure(
                .invalidArgument,
                "the weights do not give the number of heads; put Hugging Face's config.json in the same folder")
        }
        let (heads, epsilon) = (try Self.divided(known, of: width), settings.epsilon ?? 1e-12)
        script.begin(["input_ids", "attention_mask"], outputs: 2)
        script.emit("ids = input_ids.to(4)")
        let words = try script.weight("embeddings.word_embeddings.weight")
        let places = try script.weight("embeddings.position_embeddings.weight")
        script.emit("x = torch.embedding(\(words), ids) + \(places)[:ids.size(1)]")
        if script.has("embeddings.token_type_embeddings.weight") {
            script.emit("x = x + \(try script.weight("embeddings.token_type_embeddings.weight"))[0]")
        }
        script.emit("x = \(try script.layerNormalization("x", "embeddings.LayerNorm", epsilon: epsilon))")
        script.emit("mask = attention_mask.to(6)")
        script.emit("away = (1.0 - mask.reshape([mask.size(0), 1, 1, mask.size(1)])) * -1e9")
        var layer = 0
        while script.has("encoder.layer.\(layer).attention.self.query.weight") {
            let name = "encoder.layer.\(layer)"
            for part in ["query", "key", "value"] {
                script.emit("all_\(part) = \(try script.linear("x", "\(name).attention.self.\(part)"))")
            }
            script.attention("all_query", "all_key", "all_value", heads: heads, mask: "away")
            let attended = try script.linear("y", "\(name).attention.output.dense")
            script.emit(
                "x = \(try script.layerNormalization("x + \(attended)", "\(name).attention.output.LayerNorm", epsilon: epsilon))"
            )
            script.emit("y = torch.gelu(\(try script.linear("x", "\(name).intermediate.dense")))")
            let fed = try script.linear("y", "\(name).output.dense")
            script.emit(
                "x = \(try script.layerNormalization("x + \(fed)", "\(name).output.LayerNorm", epsilon: epsilon))")
            layer += 1
        }
        for rest in ["pooler.dense.weight", "pooler.dense.bias"] { script.ignore(rest) }
        script.emit("kept = mask.unsqueeze(2)")
        script.emit("return (x * kept).sum(1) / torch.clamp(kept.sum(1), 1e-09, 1e9), x")
        return nil
    }
}
