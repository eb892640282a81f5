import Foundation
import Inspection
import Model
import Networks
import Safetensors
import TestSupport
import Testing
import Torch

/// Weights under the names of torchvision, timm and Hugging Face, which become networks.
@Suite(.timeLimit(.minutes(5)))
struct CheckpointTests {
    private let directory: TemporaryDirectory
    private let process: InspectionProcess

    init() throws {
        directory = try TemporaryDirectory()
        process = InspectionProcess(program: try ChildProcess.executable("gyrus-inspector"))
    }

    @Test func `weights with known names give PyTorch's outputs, in any float type`() async throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment()
        } catch {
            try Test.cancel("there is no Python with torch: \(error)")
        }
        let names = try python.run(Self.write, directory.url.path).split(separator: "\n").map(String.init)
        #expect(names.count == 12)
        for name in names {
            let folder = directory.file(name)
            let inspection = try await process.inspect(
                InspectionRequest(
                    file: folder.appending(path: "model.safetensors"),
                    inputShapes: name.hasPrefix("bert") ? [[9], [9]] : [],
                    companion: folder.appending(path: "model.pt")))
            #expect(inspection.hasCompanion && (inspection.outline?.parameterCount ?? 0) > 1000, "\(name)")
        }
        for line in try python.run(Self.compare, directory.url.path).split(separator: "\n") {
            let difference = line.split(separator: " ").last.flatMap { Double($0) } ?? .infinity
            #expect(difference < 1e-4, "\(line)")
        }
    }

    @Test func `extra tensors, missing tensors and missing heads are named`() async throws {
        func floats(_ name: String, _ shape: [Int]) throws -> Tensor {
            try Tensor(name, shape: shape, [Float](repeating: 0.1, count: shape.reduce(1, *)))
        }
        func refusal(_ tensors: [Tensor]) async throws -> String {
            let (file, companion) = (directory.file("model.safetensors"), directory.file("model.pt"))
            try SafetensorsFile.write(tensors, to: file.path)
            let failure = await #expect(throws: Failure.self) {
                try await process.inspect(InspectionRequest(file: file, companion: companion))
            }
            return failure?.message ?? ""
        }
        let vectors = ["weight", "bias", "running_mean", "running_var"]
        func normalization(_ name: String) throws -> [Tensor] { try vectors.map { try floats("\(name).\($0)", [4]) } }
        let stem = try [floats("conv1.weight", [4, 3, 3, 3])] + normalization("bn1")
        let block = try [floats("layer1.0.conv1.weight", [4, 4, 3, 3])] + normalization("layer1.0.bn1")
        #expect(try await refusal(stem + block).contains("tensor 'layer1.0.conv2.weight' is missing"))
        let rest = try [floats("layer1.0.conv2.weight", [4, 4, 3, 3])] + normalization("layer1.0.bn2")
        #expect(
            try await refusal(stem + block + rest + [floats("layer1.0.se.weight", [4])]).contains(
                "'layer1.0.se.weight'"))
        let words = try [
            floats("bert.embeddings.word_embeddings.weight", [9, 8]),
            floats("bert.encoder.layer.0.attention.self.query.weight", [8, 8]),
        ]
        #expect(try await refusal(words).contains("config.json"))
        #expect(try await refusal([floats("what.weight", [8, 8])]).contains("families ResNet"))
    }

    @Test func `a huge configuration next to the weights is not read`() async throws {
        let words = try ["bert.embeddings.word_embeddings.weight", "bert.encoder.layer.0.attention.self.query.weight"]
            .map {
                try Tensor($0, shape: [2, 2], [Float](repeating: 0, count: 4))
            }
        let (file, configuration) = (directory.file("model.safetensors"), directory.file("config.json"))
        try SafetensorsFile.write(words, to: file.path)
        #expect(FileManager.default.createFile(atPath: configuration.path, contents: nil))
        let handle = try FileHandle(forWritingTo: configuration)
        try handle.truncate(atOffset: 1 << 30)
        try handle.close()
        let failure = await #expect(throws: Failure.self) {
            try await process.inspect(InspectionRequest(file: file, companion: directory.file("model.pt")))
        }
        #expect(failure?.message.contains("config.json next to the weights has more than 1048576 bytes") == true)
    }

    @Test func `scripts with 16-bit weights run in 32 bits`() async throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment()
        } catch {
            try Test.cancel("there is no Python with torch: \(error)")
        }
        _ = try python.run(
            """
            import sys, torch
            for name, dtype in [("half", torch.float16), ("brain", torch.bfloat16)]:
                network = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.ReLU()).to(dtype)
                network[0].weight.data.fill_(0.5); network[0].bias.data.fill_(0.25)
                torch.jit.script(network).save(f"{sys.argv[1]}/{name}.pt")
            """, directory.url.path)
        for name in ["half", "brain"] {
            let file = directory.file("\(name).pt")
            let inspection = try await process.inspect(InspectionRequest(file: file, inputShapes: [[4]]))
            #expect(inspection.outline?.parameterCount == 15)
            let network = try ScriptedNetwork(loading: file)
            #expect(try network.features(of: [1, 2, 3, 4], shape: [4], output: 0) == [5.25, 5.25, 5.25])
        }
    }

    @Test(arguments: [
        ("voice-encoder/voice-encoder.pt", [160, 40], 1_423_616),
        ("efficientnet-lite0/efficientnet-lite0.pt", [3, 224, 224], 4_631_083),
    ])
    func `the parameters of a frozen network are counted`(name: String, shape: [Int], count: Int) async throws {
        guard let place = try? RealData.locator.folder(of: "own") else {
            try Test.cancel("needs the folder 'own' in the data directory")
        }
        let file = URL(filePath: place).appending(path: "models/\(name)")
        let inspection = try await process.inspect(InspectionRequest(file: file, inputShapes: [shape]))
        let found = inspection.outline?.parameterCount ?? 0
        #expect(abs(found - count) < count / 50, "\(found)")
    }

    /// Writes networks with random weights, and their outputs.
    private static let write = """
        import sys, os, json, torch
        from torch import nn
        from safetensors.torch import save_file
        torch.manual_seed(4)
        def bn(c):
            layer = nn.BatchNorm2d(c)
            layer.running_mean.normal_(); layer.running_var.uniform_(.5, 1.5); layer.weight.data.normal_(1, .2); layer.bias.data.normal_(0, .2)
            return layer
        class Block(nn.Module):
            def __init__(self, a, b, stride, deep, groups):
                super().__init__()
                sizes = [(a, b, 1), (b, b, 3), (b, 4 * b, 1)] if deep else [(a, b, 3), (b, b, 3)]
                self.count, out = len(sizes), sizes[-1][1]
                for i, (c, d, k) in enumerate(sizes):
                    step = stride if i == (1 if deep else 0) else 1
                    setattr(self, f"conv{i+1}", nn.Conv2d(c, d, k, step, k // 2, bias=False, groups=groups if k == 3 and deep else 1))
                    setattr(self, f"bn{i+1}", bn(d))
                self.downsample = nn.Sequential(nn.Conv2d(a, out, 1, stride, bias=False), bn(out)) if stride > 1 or a != out else None
            def forward(self, x):
                y = x
                for i in range(self.count):
                    y = getattr(self, f"bn{i+1}")(getattr(self, f"conv{i+1}")(y))
                    if i < self.count - 1: y = y.relu()
                return ((self.downsample(x) if self.downsample else x) + y).relu()
        class ResNet(nn.Module):
            def __init__(self, deep, groups=1):
                super().__init__()
                self.conv1, self.bn1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False), bn(8)
                a, times = 8, 4 if deep else 1
                for s, b in enumerate([8, 16, 24, 32]):
                    blocks = [Block(a, b, 2 if s else 1, deep, groups), Block(b * times, b, 1, deep, groups)]
                    setattr(self, f"layer{s+1}", nn.Sequential(*blocks)); a = b * times
                self.fc = nn.Linear(a, 5)
            def forward(self, x):
                x = nn.functional.max_pool2d(self.bn1(self.conv1(x)).relu(), 3, 2, 1)
                for s in range(4): x = getattr(self, f"layer{s+1}")(x)
                x = x.mean((2, 3))
                return x, self.fc(x)
        class Unit(nn.Sequential):
            def __init__(self, a, b, k=1, stride=1, groups=1):
                super().__init__(nn.Conv2d(a, b, k, stride, k // 2, groups=groups, bias=False), bn(b), nn.ReLU6())
        class Inverted(nn.Module):
            def __init__(self, a, b, stride, times):
                super().__init__()
                c = a * times
                self.same = stride == 1 and a == b
                self.conv = nn.Sequential(*([Unit(a, c)] if times > 1 else []), Unit(c, c, 3, stride, c), nn.Conv2d(c, b, 1, bias=False), bn(b))
            def forward(self, x): return x + self.conv(x) if self.same else self.conv(x)
        class Mobile(nn.Module):
            def __init__(self):
                super().__init__()
                layers, a = [Unit(3, 8, 3, 2)], 8
                for times, b, count, stride in [(1, 4, 1, 1), (6, 6, 2, 2), (6, 8, 3, 2), (6, 10, 4, 2), (6, 12, 3, 1), (6, 14, 3, 2), (6, 16, 1, 1)]:
                    for i in range(count):
                        layers.append(Inverted(a, b, stride if i == 0 else 1, times)); a = b
                self.features = nn.Sequential(*layers, Unit(a, 40))
                self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(40, 5))
            def forward(self, x):
                x = self.features(x).mean((2, 3))
                return x, self.classifier(x)
        class ViTBlock(nn.Module):
            def __init__(self, d):
                super().__init__()
                self.norm1, self.norm2 = nn.LayerNorm(d, 1e-6), nn.LayerNorm(d, 1e-6)
                self.attn = nn.Module(); self.attn.qkv, self.attn.proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
                self.mlp = nn.Module(); self.mlp.fc1, self.mlp.fc2 = nn.Linear(d, 2 * d), nn.Linear(2 * d, d)
            def forward(self, x, heads):
                n, t, d = x.shape
                q, k, v = self.attn.qkv(self.norm1(x)).reshape(n, t, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
                y = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, t, d)
                x = x + self.attn.proj(y)
                return x + self.mlp.fc2(nn.functional.gelu(self.mlp.fc1(self.norm2(x))))
        class ViT(nn.Module):
            def __init__(self, d=64):
                super().__init__()
                self.patch_embed = nn.Module(); self.patch_embed.proj = nn.Conv2d(3, d, 8, 8)
                self.cls_token, self.pos_embed = nn.Parameter(torch.randn(1, 1, d)), nn.Parameter(torch.randn(1, 17, d))
                self.blocks, self.norm, self.head = nn.ModuleList([ViTBlock(d), ViTBlock(d)]), nn.LayerNorm(d, 1e-6), nn.Linear(d, 5)
            def forward(self, x, heads):
                x = self.patch_embed.proj(x).flatten(2).transpose(1, 2)
                x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
                for block in self.blocks: x = block(x, heads)
                x = self.norm(x)[:, 0]
                return x, self.head(x)
        class Text(nn.Module):
            def __init__(self, d=48):
                super().__init__()
                self.words, self.places, self.types, self.norm = nn.Embedding(60, d), nn.Embedding(20, d), nn.Embedding(2, d), nn.LayerNorm(d, 1e-12)
                self.layers = nn.ModuleList([nn.TransformerEncoderLayer(d, 4, 96, 0.0, "gelu", layer_norm_eps=1e-12, batch_first=True) for _ in range(2)])
            def forward(self, ids, mask):
                x = self.norm(self.words(ids) + self.places.weight[:ids.shape[1]] + self.types.weight[0])
                for layer in self.layers: x = layer(x, src_key_padding_mask=mask == 0)
                m = mask[..., None].float()
                return (x * m).sum(1) / m.sum(1), x
            def named(self):
                out = {}
                for part, other in [("words", "word_embeddings"), ("places", "position_embeddings"), ("types", "token_type_embeddings")]:
                    out[f"embeddings.{other}.weight"] = getattr(self, part).weight
                for end in ("weight", "bias"): out[f"embeddings.LayerNorm.{end}"] = getattr(self.norm, end)
                for i, l in enumerate(self.layers):
                    for end in ("weight", "bias"):
                        q, k, v = getattr(l.self_attn, f"in_proj_{end}").chunk(3)
                        p = f"encoder.layer.{i}."
                        for name, t in [("attention.self.query", q), ("attention.self.key", k), ("attention.self.value", v)]: out[f"{p}{name}.{end}"] = t
                        for name, m in [("attention.output.dense", l.self_attn.out_proj), ("attention.output.LayerNorm", l.norm1), ("intermediate.dense", l.linear1), ("output.dense", l.linear2), ("output.LayerNorm", l.norm2)]:
                            out[f"{p}{name}.{end}"] = getattr(m, end)
                return {k: v.detach().clone() for k, v in out.items()}
        def resnet_names(state):
            out = {}
            for name, value in state.items():
                p = name.split(".")
                if p[0] in ("conv1", "bn1"): new = "embedder.embedder." + ("convolution" if p[0] == "conv1" else "normalization")
                elif p[0] == "fc": out["classifier.1." + p[1]] = value; continue
                elif p[2] == "downsample": new = f"encoder.stages.{int(p[0][5:]) - 1}.layers.{p[1]}.shortcut." + ("convolution", "normalization")[int(p[3])]
                else: new = f"encoder.stages.{int(p[0][5:]) - 1}.layers.{p[1]}.layer.{int(p[2][-1]) - 1}." + ("convolution" if p[2][:4] == "conv" else "normalization")
                out["resnet." + new + "." + p[-1]] = value
            return out
        def vit_names(state):
            out, d = {}, 64
            outer = {"norm1": "layernorm_before", "norm2": "layernorm_after", "mlp.fc1": "intermediate.dense", "mlp.fc2": "output.dense", "attn.proj": "attention.output.dense"}
            first = {"cls_token": "vit.embeddings.cls_token", "pos_embed": "vit.embeddings.position_embeddings"}
            for name, value in state.items():
                p = name.split(".")
                if name in first: out[first[name]] = value
                elif p[0] == "patch_embed": out["vit.embeddings.patch_embeddings.projection." + p[-1]] = value
                elif p[0] == "norm": out["vit.layernorm." + p[1]] = value
                elif p[0] == "head": out["classifier." + p[1]] = value
                elif "qkv" in name:
                    for part, t in zip(("query", "key", "value"), value.chunk(3)): out[f"vit.encoder.layer.{p[1]}.attention.attention.{part}.{p[-1]}"] = t
                else: out[f"vit.encoder.layer.{p[1]}.{outer['.'.join(p[2:-1])]}.{p[-1]}"] = value
            return out
        def torchvision_vit(state):
            out = {}
            first = {"cls_token": "class_token", "pos_embed": "encoder.pos_embedding"}
            parts = {"norm1": "ln_1", "norm2": "ln_2", "mlp.fc1": "mlp.0", "mlp.fc2": "mlp.3", "attn.proj": "self_attention.out_proj"}
            for name, value in state.items():
                p = name.split(".")
                if name in first: out[first[name]] = value
                elif p[0] == "patch_embed": out["conv_proj." + p[-1]] = value
                elif p[0] == "norm": out["encoder.ln." + p[1]] = value
                elif p[0] == "head": out["heads.head." + p[1]] = value
                elif "qkv" in name: out[f"encoder.layers.encoder_layer_{p[1]}.self_attention.in_proj_{p[-1]}"] = value
                else: out[f"encoder.layers.encoder_layer_{p[1]}.{parts['.'.join(p[2:-1])]}.{p[-1]}"] = value
            return out
        def save(name, network, given, names=lambda s: s, config=None, dtype=torch.float32, **more):
            folder = f"{sys.argv[1]}/{name}"
            os.makedirs(folder)
            network.eval()
            with torch.no_grad():
                for t in list(network.parameters()) + list(network.buffers()):
                    if t.is_floating_point(): t.copy_(t.to(dtype).float())
                answers = network(*given, **more)
            state = network.named() if hasattr(network, "named") else network.state_dict()
            save_file({k: (v.to(dtype) if v.is_floating_point() else v).clone().contiguous() for k, v in names(state).items()}, folder + "/model.safetensors")
            if config: json.dump(config, open(folder + "/config.json", "w"))
            torch.save({"given": given, "wanted": answers}, folder + "/answers.pth")
            print(name)
        x = (torch.randn(2, 3, 96, 96),)
        y = (torch.randn(2, 3, 32, 32),)
        for kind, dtype in [("", torch.float32), ("-half", torch.float16), ("-brain", torch.bfloat16)]: save("resnet" + kind, ResNet(False), x, dtype=dtype)
        save("bottleneck", ResNet(True), x); save("groups", ResNet(True, 4), x); save("resnet-hf", ResNet(True), x, resnet_names)
        save("mobile", Mobile(), x)
        save("vit", ViT(), y, heads=1); save("vit-hf", ViT(), y, vit_names, {"num_attention_heads": 4, "layer_norm_eps": 1e-6}, heads=4)
        save("vit-torchvision", ViT(), y, torchvision_vit, heads=1)
        words = (torch.randint(0, 60, (2, 9)), (torch.arange(9)[None] < torch.tensor([[9], [5]])).long())
        for prefix in ("", "bert."):
            save("bert" + prefix[:1], Text(), words, lambda s: {prefix + k: v for k, v in s.items()}, {"num_attention_heads": 4, "layer_norm_eps": 1e-12, "model_type": "bert"})
        """

    private static let compare = """
        import sys, glob, torch
        for folder in sorted(glob.glob(sys.argv[1] + "/*/")):
            data, script = torch.load(folder + "answers.pth"), torch.jit.load(folder + "model.pt")
            with torch.no_grad(): given = script(*data["given"])
            # Behind the mask the layers may differ.
            rows = len(data["wanted"]) if "bert" not in folder else 1
            print(folder, max(float((a - b).abs().max() / b.abs().max().clamp(min=1)) for a, b in list(zip(given, data["wanted"]))[:rows]))
        """
}
