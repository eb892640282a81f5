import Foundation
import Networks
import TestSupport
import Testing
import Torch

/// Layers compared with PyTorch's modules, forward and backward.
@Suite struct LayerPythonTests {
    /// Networks of one layer, named after the reference in the Python program below.
    static let cases: [(name: String, inputs: [[Int]], operation: Layer.Operation)] = [
        (
            "convolution", [[4, 11, 9]],
            .convolution(.init(channels: 6, kernel: 3, stride: 2, padding: 2, groups: 2, dilation: 2))
        ),
        ("maximum", [[3, 11, 9]], .maximumPooling(kernel: 3, stride: 2, padding: 1)),
        ("mean", [[3, 11, 9]], .averagePooling(kernel: 3, stride: 2, padding: 1)),
        ("linear", [[7, 8]], .linear(features: 5)), ("layernorm", [[7, 8]], .layerNormalization(epsilon: 1e-6)),
        ("layernormplane", [[8, 5, 4]], .layerNormalization()),
        ("groupnorm", [[8, 5, 4]], .groupNormalization(groups: 4)),
        ("rmsnorm", [[7, 8]], .rootMeanSquareNormalization()), ("relu6", [[7, 8]], .relu6), ("tanh", [[7, 8]], .tanh),
        ("gelu", [[7, 8]], .gelu), ("silu", [[7, 8]], .silu), ("hardswish", [[7, 8]], .hardSwish),
        ("hardsigmoid", [[7, 8]], .hardSigmoid), ("softmax", [[7, 8]], .softmax),
        ("multiplication", [[8, 5, 4], [8]], .multiplication), ("scale", [[8, 5, 4]], .scale(initial: 0.3)),
        ("attention", [[7, 8]], .selfAttention(heads: 2)), ("attention", [[7, 8], [7]], .selfAttention(heads: 2)),
        ("gru", [[7, 8]], .recurrent(.init(.gru, features: 5, isBidirectional: true))),
        ("gru", [[7, 8], [7]], .recurrent(.init(.gru, features: 5, isBidirectional: true))),
        ("lstm", [[7, 8]], .recurrent(.init(.lstm, features: 5, isBidirectional: true))),
        ("lstm", [[7, 8], [7]], .recurrent(.init(.lstm, features: 5, isBidirectional: true))),
        ("gruforward", [[7, 8], [7]], .recurrent(.init(.gru, features: 5))),
        ("sinusoidal", [[7, 8]], .positions(.sinusoidal)), ("meanpool", [[7, 8], [7]], .sequencePooling(.mean)),
        ("maximumpool", [[7, 8], [7]], .sequencePooling(.maximum)),
        ("scaledsum", [[7, 8], [7]], .sequencePooling(.scaledSum)), ("pairs", [[7]], .tokenPairs(numbers: 11)),
        ("bag", [[7]], .tokenBag(vocabulary: 9, pairs: 11, features: 4, deviation: 1)),
        ("attentionpool", [[7, 8], [7]], .sequencePooling(.attention)),
        ("presence", [[6], [3, 4]], .presence(rate: 0)),
        ("tokens", [[7]], .tokenEmbedding(vocabulary: 9, features: 4)),
        ("columns", [[4]], .columns(categories: [5, 9], features: 3)),
        ("columntokens", [[4]], .columnTokens(categories: [5, 9], features: 3)),
        (
            "columnwaves", [[4]],
            .periodicColumns(categories: [5, 9], features: 3, frequencies: 4, deviation: 0.1)
        ),
    ]

    @Test(.timeLimit(.minutes(30)))
    func `every kind of layer equals PyTorch's, forward and backward`() throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment()
        } catch {
            try Test.cancel("there is no Python with torch: \(error)")
        }
        let directory = try TemporaryDirectory()
        var list = ""
        for (number, each) in Self.cases.enumerated() {
            let names = ["x", "y"].prefix(each.inputs.count)
            let network = NetworkDescription(
                name: each.name, inputs: zip(names, each.inputs).map { .init(name: $0, shape: $1) },
                layers: [Layer("l", each.operation, from: Array(names))])
            try ScriptedNetwork(network, seed: 3).save(to: directory.file("\(number).pt"))
            list +=
                each.name + " " + each.inputs.map { $0.map(String.init).joined(separator: ",") }.joined(separator: " ")
                + "\n"
        }
        try list.write(to: directory.file("list"), atomically: true, encoding: .utf8)
        let lines = try python.run(Self.program, directory.url.path).split(separator: "\n")
        #expect(lines.count == Self.cases.count)
        for line in lines {
            let words = line.split(separator: " ")
            let differences = words.dropFirst().compactMap { Double($0) }
            #expect(differences.count == 2 && differences.allSatisfy { $0 < 1e-5 }, "\(line)")
        }
    }

    /// Prints the largest differences of outputs and of gradients, relative to the largest value.
    private static let program = """
        import math, sys, torch
        from torch import nn
        F = nn.functional

        class Free(nn.Module):
            '''Weights under any names, with a function.'''
            def __init__(self, function, **shapes):
                super().__init__()
                for name, shape in shapes.items():
                    self.register_parameter(name, nn.Parameter(torch.zeros(shape)))
                self.function = function
            def forward(self, *values):
                return self.function(self, *values)

        def lengths(tokens):
            return (tokens != 0).sum(1)

        def recurrent(module):
            def run(self, x, tokens=None):
                if tokens is None:
                    return module(x)[0]
                packed = nn.utils.rnn.pack_padded_sequence(x, lengths(tokens), batch_first=True, enforce_sorted=False)
                return nn.utils.rnn.pad_packed_sequence(module(packed)[0], batch_first=True, total_length=x.shape[1])[0]
            holder = Free(run)
            holder.inner = module
            return holder

        def attention():
            module = nn.MultiheadAttention(8, 2, batch_first=True)
            def run(self, x, tokens=None):
                return module(x, x, x, key_padding_mask=None if tokens is None else tokens == 0, need_weights=False)[0]
            holder = Free(run)
            holder.inner = module
            return holder

        def sinusoidal(self, x):
            place = torch.arange(x.shape[1]).unsqueeze(1)
            step = torch.exp(torch.arange(0, x.shape[2], 2) * (-math.log(10000.0) / x.shape[2]))
            waves = torch.zeros(x.shape[1:])
            waves[:, 0::2], waves[:, 1::2] = torch.sin(place * step), torch.cos(place * step)
            return x + waves

        def pool(kind):
            def run(self, x, tokens):
                rows = []
                for row, marks in zip(x, tokens):
                    row = row[marks != 0]
                    if kind == "mean": rows.append(row.mean(0))
                    elif kind == "scaledsum": rows.append(row.sum(0) / math.sqrt(len(row)))
                    elif kind == "maximum": rows.append(row.max(0).values)
                    else: rows.append((row * torch.softmax(row @ self.weight[0], 0).unsqueeze(1)).sum(0))
                return torch.stack(rows)
            return run

        def pairs(self, x):
            rows = []
            for row in x.long().tolist():
                beside = list(zip(row, row[1:]))
                rows.append([(a * 31337 + b) % 11 + 1 if a and b else 0 for a, b in beside] + [0])
            return torch.tensor(rows).float()

        def bag(self, x):
            results = []
            for row, beside in zip(x.long().tolist(), pairs(self, x).long().tolist()):
                terms = [(self.weight[a], self.factors["importance"][a]) for a in row if a]
                terms += [(self.pair_weight[a], self.factors["pair_importance"][a]) for a in beside if a]
                norm = torch.sqrt(sum(factor ** 2 for _, factor in terms))
                results.append(sum(vector * factor for vector, factor in terms) / norm)
            return torch.stack(results)

        def columns(self, x):
            c = x.long()
            return torch.cat([x[:, :2], self.category0.weight[c[:, 2]], self.category1.weight[c[:, 3]]], 1)

        def columnwaves(self, x):
            turns = 2 * math.pi * x[:, :2, None] * self.frequency
            waves = torch.cat([torch.sin(turns), torch.cos(turns)], 2)
            features = torch.relu(torch.einsum("nkw,kwf->nkf", waves, self.weight) + self.bias)
            parts = columns(self, x)
            return torch.cat([parts[:, :2], features.flatten(1), parts[:, 2:]], 1)

        def columntokens(self, x):
            c = x.long()
            rows = [x[:, i] .unsqueeze(1) * self.weight[i] for i in range(2)]
            rows += [self.category0.weight[c[:, 2]], self.category1.weight[c[:, 3]]]
            return torch.stack(rows, 1) + self.bias

        def table(function, **shapes):
            holder = Free(function, **shapes)
            holder.category0, holder.category1 = nn.Embedding(5, 3), nn.Embedding(9, 3)
            return holder

        class Tokens(nn.Embedding):
            def forward(self, x):
                return super().forward(x.long()) * (x != 0).unsqueeze(2)

        make = {
            "convolution": lambda: nn.Conv2d(4, 6, 3, 2, 2, dilation=2, groups=2),
            "maximum": lambda: nn.MaxPool2d(3, 2, 1), "mean": lambda: nn.AvgPool2d(3, 2, 1),
            "linear": lambda: nn.Linear(8, 5), "layernorm": lambda: nn.LayerNorm(8, 1e-6),
            "layernormplane": lambda: Free(lambda s, x: F.layer_norm(x.permute(0, 2, 3, 1), [8], s.weight, s.bias).permute(0, 3, 1, 2), weight=[8], bias=[8]),
            "groupnorm": lambda: nn.GroupNorm(4, 8), "rmsnorm": lambda: nn.RMSNorm(8, 1e-6),
            "relu6": nn.ReLU6, "tanh": nn.Tanh, "gelu": nn.GELU, "silu": nn.SiLU, "hardswish": nn.Hardswish,
            "hardsigmoid": nn.Hardsigmoid, "softmax": lambda: nn.Softmax(-1),
            "multiplication": lambda: Free(lambda s, x, y: x * y[:, :, None, None]),
            "scale": lambda: Free(lambda s, x: x * s.weight[:, None, None], weight=[8]),
            "attention": attention, "gru": lambda: recurrent(nn.GRU(8, 5, batch_first=True, bidirectional=True)),
            "lstm": lambda: recurrent(nn.LSTM(8, 5, batch_first=True, bidirectional=True)),
            "gruforward": lambda: recurrent(nn.GRU(8, 5, batch_first=True)),
            "sinusoidal": lambda: Free(sinusoidal), "meanpool": lambda: Free(pool("mean")),
            "scaledsum": lambda: Free(pool("scaledsum")), "pairs": lambda: Free(pairs),
            "bag": lambda: Free(bag, weight=[9, 4], pair_weight=[12, 4]),
            "maximumpool": lambda: Free(pool("maximum")), "attentionpool": lambda: Free(pool("attention"), weight=[1, 8]),
            "presence": lambda: Free(lambda s, x, y: torch.where((y != 0).flatten(1).any(1, True), x, s.absent), absent=[6]),
            "tokens": lambda: Tokens(9, 4), "columns": lambda: table(columns),
            "columntokens": lambda: table(columntokens, weight=[2, 3], bias=[4, 3]),
            "columnwaves": lambda: table(columnwaves, frequency=[2, 4], weight=[2, 8, 3], bias=[2, 3]),
        }
        generator = torch.Generator().manual_seed(5)
        for number, line in enumerate(open(sys.argv[1] + "/list")):
            name, *shapes = line.split()
            ours = torch.jit.load(f"{sys.argv[1]}/{number}.pt")
            theirs = make[name]()
            inner = getattr(theirs, "inner", theirs)
            weights = {key.removeprefix("l."): value.detach().clone() for key, value in ours.named_parameters()}
            assert set(weights) == {key for key, _ in inner.named_parameters()}, (name, sorted(weights))
            inner.load_state_dict(weights, strict=False)
            for key, value in ours.named_buffers():
                value.copy_(1 + torch.arange(value.numel()).reshape(value.shape) / 10)
            theirs.factors = {key.removeprefix("l."): value for key, value in ours.named_buffers()}
            values = []
            for shape in shapes:
                values.append(torch.randn([3] + [int(size) for size in shape.split(",")], generator=generator) * 2)
            if name in ("tokens", "pairs", "bag") or len(shapes) == 2 and shapes[1] == "7":
                marks = torch.randint(1, 9, (3, 7), generator=generator).float()
                marks[1, 4:], marks[2, 2:] = 0, 0
                values[-1] = marks
            if name == "presence": values[1][1] = 0
            if name.startswith("column"):
                values[0][:, 2:] = torch.tensor([[0., 8.], [4., 3.], [2., 0.]])
            exact = name in ("tokens", "pairs", "bag") or name.startswith("column")
            sides = []
            for module in (ours, theirs):
                inputs = [value.clone().requires_grad_(not exact and not (len(values) == 2 and place == 1 and shapes[1] in ("7", "3,4"))) for place, value in enumerate(values)]
                output = module(*inputs)
                factor = torch.cos(torch.arange(output.numel()).reshape(output.shape).float())
                if output.requires_grad: (output * factor).sum().backward()
                own = getattr(module, "inner", module)
                gradients = [value.grad for value in inputs if value.requires_grad]
                named = {key.removeprefix("l."): value.grad for key, value in own.named_parameters()}
                gradients += [named[key] for key in sorted(weights)]
                sides.append((output.detach(), gradients))
            def difference(a, b):
                assert a.shape == b.shape, (name, a.shape, b.shape)
                return float((a - b).abs().max() / max(1.0, float(b.abs().max())))
            outputs = difference(sides[0][0], sides[1][0])
            gradients = max([difference(a, b) for a, b in zip(sides[0][1], sides[1][1])] + [0.0])
            print(name, outputs, gradients)
        """
}
