"""Trains and runs the networks of the check with PyTorch: reads one command per line, prints one number per line."""
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

DEVICE = torch.device(sys.argv[1])
CLASSES, VOCABULARY = 10, 30_000
ON_GPU = DEVICE.type == "cuda"
if not ON_GPU:
    torch.set_num_threads(1)


def unit(i, o, k, stride=1, groups=1, act=nn.ReLU):
    layers = [nn.Conv2d(i, o, k, stride, k // 2, groups=groups, bias=False), nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, *([act(inplace=True)] if act else []))


class Residual(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.main = nn.Sequential(unit(i, o, 3, stride), unit(o, o, 3, act=None))
        self.side = nn.Identity() if i == o and stride == 1 else unit(i, o, 1, stride, act=None)

    def forward(self, x):
        return F.relu(self.main(x) + self.side(x))


def resnet18():
    layers, channels = [unit(3, 64, 3)], 64
    for stage, out in enumerate([64, 128, 256, 512]):
        for block in range(2):
            layers.append(Residual(channels, out, 2 if stage and not block else 1))
            channels = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, CLASSES))


class Inverted(nn.Module):
    def __init__(self, i, o, factor, stride):
        super().__init__()
        wide = i * factor
        parts = [] if factor == 1 else [unit(i, wide, 1, act=nn.ReLU6)]
        parts += [unit(wide, wide, 3, stride, wide, nn.ReLU6), unit(wide, o, 1, act=None)]
        self.main, self.adds = nn.Sequential(*parts), i == o and stride == 1

    def forward(self, x):
        return x + self.main(x) if self.adds else self.main(x)


def mobilenetv2():
    layers, channels = [unit(3, 32, 3, act=nn.ReLU6)], 32
    for factor, out, blocks, stride in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
                                        (6, 160, 3, 2), (6, 320, 1, 1)]:
        for block in range(blocks):
            layers.append(Inverted(channels, out, factor, 1 if block else stride))
            channels = out
    return nn.Sequential(*layers, unit(320, 1280, 1, act=nn.ReLU6), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                         nn.Dropout(0.2), nn.Linear(1280, CLASSES))


def lenet5():
    layers, channels = [], 1
    for kernel, out in [(5, 8), (3, 16), (3, 32), (3, 64), (3, 128)]:
        layers += [nn.Conv2d(channels, out, kernel, padding=kernel // 2, bias=False), nn.MaxPool2d(2),
                   nn.BatchNorm2d(out), nn.LeakyReLU()]
        channels = out
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(1152, CLASSES))


def encoder(width, heads, hidden, blocks):
    layer = nn.TransformerEncoderLayer(width, heads, hidden, 0.1, "gelu", batch_first=True, norm_first=True)
    return nn.TransformerEncoder(layer, blocks, enable_nested_tensor=False)


class BERTMini(nn.Module):
    def __init__(self, width=256):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, width, padding_idx=0)
        place, rate = torch.arange(128)[:, None], torch.exp(torch.arange(0, width, 2) * (-math.log(10_000) / width))
        table = torch.zeros(128, width)
        table[:, 0::2], table[:, 1::2] = torch.sin(place * rate), torch.cos(place * rate)
        self.register_buffer("positions", table)
        self.encoder, self.norm = encoder(width, width // 16, 2 * width, 4), nn.LayerNorm(width)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, tokens):
        absent = tokens == 0
        x = self.encoder(self.embedding(tokens) + self.positions, src_key_padding_mask=absent)
        there = (~absent)[..., None].to(x.dtype)
        return self.head((self.norm(x) * there).sum(1) / there.sum(1).clamp_min(1))


class TextCNN(nn.Module):
    def __init__(self, width=128):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, width, padding_idx=0)
        self.windows = nn.ModuleList(nn.Conv1d(width, width, k) for k in (3, 4, 5))
        self.head = nn.Sequential(nn.Dropout(0.5), nn.Linear(3 * width, CLASSES))

    def forward(self, tokens):
        x = self.embedding(tokens).transpose(1, 2)
        return self.head(torch.cat([F.relu(c(x)).amax(2) for c in self.windows], 1))


class FTTransformer(nn.Module):
    def __init__(self, columns=32, width=64):
        super().__init__()
        self.weight, self.bias = (nn.Parameter(torch.randn(columns, width) * 0.1) for _ in range(2))
        self.first = nn.Parameter(torch.zeros(1, 1, width))
        self.encoder, self.norm = encoder(width, width // 8, 2 * width, 3), nn.LayerNorm(width)
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x):
        tokens = x[..., None] * self.weight + self.bias
        x = self.encoder(torch.cat([self.first.expand(len(x), -1, -1), tokens], 1))
        return self.head(F.relu(self.norm(x[:, 0])))


NETWORKS = {"lenet5": (lenet5, (1, 112, 112)), "resnet18": (resnet18, (3, 32, 32)),
            "mobilenetv2": (mobilenetv2, (3, 32, 32)), "bert-mini": (BERTMini, (128,)),
            "textcnn": (TextCNN, (128,)), "ft-transformer": (FTTransformer, (32,))}
TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


class Run:
    def __init__(self, name, way, batch):
        made, shape = NETWORKS[name]
        layout, self.precision = way.rsplit("-", 1)
        self.is_picture, self.is_text = len(shape) == 3, shape == (128,)
        self.layout = torch.contiguous_format if layout == "eager" or not self.is_picture else torch.channels_last
        if self.precision == "tf32":
            torch.set_float32_matmul_precision("high")
        self.net = made().to(DEVICE, memory_format=self.layout)
        self.called = torch.compile(self.net) if layout == "compile" else self.net
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=0.001, weight_decay=0.01)
        self.scaler = torch.amp.GradScaler(DEVICE.type, enabled=self.precision == "fp16")
        count = 8 * batch
        if self.is_picture:
            self.data = torch.randint(0, 256, (count, *shape), dtype=torch.uint8)
        else:
            self.data = torch.randint(1, VOCABULARY, (count, *shape)) if self.is_text else torch.randn(count, *shape)
        self.labels = torch.arange(count) % CLASSES
        # Like Gyrus: small data stays on the device.
        self.data, self.labels, self.batch = self.data.to(DEVICE), self.labels.to(DEVICE), batch

    def cast(self):
        return torch.autocast(DEVICE.type, TYPES.get(self.precision, torch.bfloat16),
                              enabled=self.precision in TYPES)

    def inputs(self, chosen):
        x = self.data[chosen]
        return (x.float() / 128 - 1).to(memory_format=self.layout) if self.is_picture else x

    def train(self, steps):
        self.net.train()
        for _ in range(steps):
            chosen = torch.randperm(len(self.data))[:self.batch].to(DEVICE)
            self.optimizer.zero_grad()
            with self.cast():
                loss = F.cross_entropy(self.called(self.inputs(chosen)).float(), self.labels[chosen])
            self.scaler.scale(loss).backward()
            self.scaler.step(self.optimizer)
            self.scaler.update()
        loss.item()

    def answer(self, batches):
        self.net.eval()
        # Like Gyrus: 128 samples at once, regardless of the mini-batch size of training.
        with torch.inference_mode(), self.cast():
            for chosen in torch.arange(batches * self.batch, device=DEVICE).split(128):
                self.called(self.inputs(chosen)).float().cpu()


def clock():
    if ON_GPU:
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()


runs = {}
print(torch.__version__)
for line in sys.stdin:
    what, name, way, batch, count = line.split()
    if what == "weights":
        print(sum(p.numel() for p in NETWORKS[name][0]().parameters()))
        continue
    key = (name, way, batch)
    if key not in runs:
        runs[key] = Run(name, way, int(batch))
    start = clock()
    getattr(runs[key], what)(int(count))
    print(int(count) * int(batch) / (clock() - start))
