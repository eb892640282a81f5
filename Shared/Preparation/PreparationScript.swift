import Foundation
public import Model

/// The TorchScript of a manifest: methods that convert raw values to the input of networks.
///
/// The same code prepares training samples and is part of a network's package, so the two cannot differ. For an input
/// named `x`, `prepare_x` returns what is stored for a sample, and `input_x` what a network reads. For a table,
/// `rows_x` returns what networks read for several rows.
public struct PreparationScript: Sendable {
    private let inputs: [(name: String, input: DatasetManifest.Input)]
    private let target: Target

    /// Takes the inputs of a manifest.
    public init(_ manifest: DatasetManifest) {
        inputs = manifest.inputs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        target = manifest.target
    }

    /// The methods that prepare samples.
    public var methods: String {
        let needsSound = inputs.contains { if case .sound = $0.input.preparation { true } else { false } }
        return
            ((needsSound ? [Self.resample, Self.spectrogram, Self.linear, Self.power] : [])
            + inputs.map { Self.methods(of: $0.name, $0.input) }).joined(separator: "\n")
    }

    /// The methods that need frozen networks, which modules hold under `FrozenNetwork.module(of:)`.
    private var frozenMethods: String {
        inputs.compactMap { name, input in input.frozen.map { Self.method(of: name, input, $0) } }
            .joined(separator: "\n")
    }

    /// The methods and a `forward` that takes raw values of whole samples and returns probabilities, or numbers in
    /// their units.
    /// - Parameter order: Names of the network's inputs in the order of its arguments.
    public func package(for order: [String]) -> String {
        let known = order.compactMap { name in inputs.first { $0.name == name } }
        var arguments: [String] = []
        var lines: [String] = []
        for (name, input) in known {
            let isSound = if case .sound = input.preparation { true } else { false }
            arguments.append("\(name): List[Tensor]")
            if isSound { arguments.append("\(name)_rate: List[int]") }
            lines += [
                "rows_\(name): List[Tensor] = []", "for i in range(len(\(name))):",
                "    rows_\(name).append(self.input_\(name)(\(name)[i]\(isSound ? ", \(name)_rate[i]" : "")))",
            ]
        }
        let stacked = known.map { "torch.stack(rows_\($0.name))" }.joined(separator: ", ")
        lines.append("answers = self.network.forward(\(stacked))")
        switch target.kind {
        case .classification: lines.append("return torch.softmax(answers, 1)")
        case .multiLabel: lines.append("return torch.sigmoid(answers)")
        case .regression:
            lines.append("deviations = torch.tensor(\(Self.list(target.deviations ?? [])))")
            lines.append("means = torch.tensor(\(Self.list(target.means ?? [])))")
            lines.append("return answers * deviations + means")
        }
        return """
            \(methods)
            \(frozenMethods)
            def forward(self, \(arguments.joined(separator: ", "))) -> Tensor:
            \(lines.map { "    \($0)" }.joined(separator: "\n"))
            """ + "\n"
    }

    private static func methods(of name: String, _ input: DatasetManifest.Input) -> String {
        if let frozen = input.frozen {
            let given = InputSignature(kind: input.signature.kind, shape: frozen.contract.shape)
            return methods(
                of: FrozenNetwork.given(to: name),
                DatasetManifest.Input(
                    signature: given, columns: input.columns, preparation: frozen.contract.preparation))
        }
        return input.preparation.kind.methods(of: name, shape: input.signature.shape)
    }

    /// The input that networks read for a view: the standardized features computed by a frozen network.
    private static func method(of name: String, _ input: DatasetManifest.Input, _ frozen: FrozenNetwork) -> String {
        let isSound = if case .sound = input.preparation { true } else { false }
        let (rate, parameter) = isSound ? (", rate", ", rate: int") : ("", "")
        let output = frozen.hasSeveralOutputs ? "[\(frozen.contract.feature)]" : ""
        return """
            def input_\(name)(self, value: Tensor\(parameter)) -> Tensor:
                if value.numel() == 0:
                    return torch.zeros([\(frozen.means.count)])
                given = self.input_\(FrozenNetwork.given(to: name))(value\(rate)).unsqueeze(0)
                features = self.\(FrozenNetwork.module(of: name)).forward(given)\(output).reshape([-1]).to(6)
                return (features - torch.tensor(\(list(frozen.means)))) / torch.tensor(\(list(frozen.deviations)))

            """
    }

    // MARK: Kinds

    /// What is added before rounding down: slightly more than a half.
    ///
    /// Interpolated values often lie exactly between two whole numbers. The last bits of a sum, which differ between
    /// versions of torch and between processors, would then determine the result.
    private static let half = 0.5 + 1e-6

    /// Methods for pictures. Each plane is resized on its own, in double precision, which takes less memory than all of
    /// them at once in single precision.
    static func methods(of name: String, _ picture: PicturePreparation, _ shape: [Int]) -> String {
        let (channels, height, width) = (shape[0], shape[1], shape[2])
        let fit =
            switch picture.fit {
            case .stretch: "pass"
            case .crop:
                """
                wanted_height = min(x.size(1), (x.size(2) * \(height) + \(width) - 1) // \(width))
                    wanted_width = min(x.size(2), (x.size(1) * \(width) + \(height) - 1) // \(height))
                    top = (x.size(1) - wanted_height) // 2
                    left = (x.size(2) - wanted_width) // 2
                    x = x[:, top:top + wanted_height, left:left + wanted_width]
                """
            case .pad:
                """
                wanted_height = max(x.size(1), (x.size(2) * \(height) + \(width) - 1) // \(width))
                    wanted_width = max(x.size(2), (x.size(1) * \(width) + \(height) - 1) // \(height))
                    top = (wanted_height - x.size(1)) // 2
                    left = (wanted_width - x.size(2)) // 2
                    x = torch.constant_pad_nd(x, [left, wanted_width - x.size(2) - left, top, wanted_height - x.size(1) - top], 127.0)
                """
            }
        let colors =
            channels == 1
            ? """
            if x.size(0) == 3:
                    x = (x[0:1] * 0.299 + x[1:2] * 0.587) + x[2:3] * 0.114
            """
            : """
            if x.size(0) == 1:
                    x = x.expand([3, x.size(1), x.size(2)])
            """
        return """
            def resize_\(name)(self, x: Tensor) -> Tensor:
                \(fit)
                return torch._upsample_bilinear2d_aa(x.unsqueeze(0), [\(height), \(width)], False, None, None).squeeze(0)

            def prepare_\(name)(self, pixels: Tensor) -> Tensor:
                x = pixels
                if x.dim() == 2:
                    x = x.unsqueeze(2)
                x = x.permute([2, 0, 1])
                planes: List[Tensor] = []
                for channel in range(min(x.size(0), 3)):
                    plane = x[channel:channel + 1].to(7)
                    if x.size(0) == 4:
                        plane = plane * (x[3:4].to(7) / 255.0) + (255.0 - x[3:4].to(7))
                    planes.append(self.resize_\(name)(plane))
                x = torch.cat(planes)
                \(colors)
                x = torch.floor(torch.clamp(x + \(half), 0.0, 255.0)).to(6)
                \(projection(picture.projection))
                return x

            def input_\(name)(self, pixels: Tensor) -> Tensor:
                if pixels.numel() == 0:
                    return torch.zeros([\(channels), \(height), \(width)])
                means = torch.tensor(\(list(picture.means))).reshape([\(channels), 1, 1])
                deviations = torch.tensor(\(list(picture.deviations))).reshape([\(channels), 1, 1])
                return (self.prepare_\(name)(pixels) - means) / deviations

            """
    }

    /// Rebuilds a picture from its principal components, in double precision, as was done with the training pictures.
    private static func projection(_ projection: PictureProjection?) -> String {
        guard let projection else { return "pass" }
        let mean = PictureProjection.numbers(projection.mean)
        let components = PictureProjection.numbers(projection.components)
        let scale = projection.highest > projection.lowest ? 255 / (projection.highest - projection.lowest) : 0
        return """
            mean = torch.tensor(\(list(mean)), dtype=7)
                components = torch.tensor(\(list(components)), dtype=7).reshape([-1, \(mean.count)])
                flat = x.to(7).reshape([1, -1]) - mean
                rebuilt = (torch.matmul(torch.matmul(flat, components.t()), components) + mean).to(6).reshape_as(x)
                x = torch.floor(torch.clamp((rebuilt - \(number(projection.lowest))) * \(number(scale)), 0.0, 255.0) + 0.5)
            """
    }

    static func methods(of name: String, _ sound: SoundPreparation, _ shape: [Int]) -> String {
        let features =
            switch sound.sound {
            case .waveform: "return x.to(6).reshape(\(shape))"
            case .mel where sound.side != nil:
                "return self.linear_spectrogram(x.to(6), \(sound.window), \(sound.hop), \(sound.side ?? 0))"
            case .mel where sound.power != nil:
                "return self.mel_power(x.to(6), \(sound.rate), \(sound.window), \(sound.hop), \(sound.transform), "
                    + "\(sound.bands), \(number(sound.power?.lowest ?? 0)), \(number(sound.power?.highest ?? 0)))"
            case .mel:
                "return self.mel_spectrogram(x, \(sound.rate), \(sound.window), \(sound.hop), \(sound.transform), "
                    + "\(sound.bands))"
            }
        return """
            def prepare_\(name)(self, samples: Tensor, rate: int) -> Tensor:
                x = samples.to(7)
                if x.dim() == 2:
                    x = x.mean(0)
                x = self.resample(x, rate, \(sound.rate))
                if x.size(0) > \(sound.samples):
                    start = (x.size(0) - \(sound.samples)) // 2
                    x = x[start:start + \(sound.samples)]
                \(loudness(sound))
                before = (\(sound.samples) - x.size(0)) // 2
                x = torch.constant_pad_nd(x, [before, \(sound.samples) - x.size(0) - before], 0.0)
                \(features)

            def input_\(name)(self, samples: Tensor, rate: int) -> Tensor:
                if samples.numel() == 0:
                    return torch.zeros(\(shape))
                return (self.prepare_\(name)(samples, rate) - \(number(sound.mean))) / \(number(sound.deviation))

            """
    }

    /// Amplifies sound that is quieter than a pretrained network expects.
    private static func loudness(_ sound: SoundPreparation) -> String {
        guard let loudness = sound.power?.loudness else { return "pass" }
        let wanted = number(pow(10, loudness / 20))
        return "x = x * max(1.0, \(wanted) / max(1e-9, float(torch.sqrt(x.square().mean()))))"
    }

    static func methods(of name: String, _ text: TextPreparation, _ shape: [Int]) -> String {
        // Encoders tell padding by its sign, because any token may be in a text.
        """
        def input_\(name)(self, tokens: Tensor) -> Tensor:
            kept = tokens.reshape([-1])[0:\(shape[0])].to(6)
            return torch.constant_pad_nd(kept, [0, \(shape[0]) - kept.size(0)], \(text.encoder == nil ? 0.0 : -1.0))

        """
    }

    static func methods(of name: String, _ table: TablePreparation) -> String {
        let count = table.numbers.count
        var lines = ["x = rows.to(6)"]
        var parts: [String] = []
        if count > 0 {
            let flagged = table.numbers.indices.filter { table.numbers[$0].hasFlag }
            lines += [
                "means = torch.tensor(\(list(table.numbers.map(\.mean))))",
                "deviations = torch.tensor(\(list(table.numbers.map(\.deviation))))",
                "missing = torch.isnan(x[:, 0:\(count)])",
                "numbers = torch.where(missing, torch.zeros_like(means), (x[:, 0:\(count)] - means) / deviations)",
                "numbers = torch.clamp(numbers, -\(number(mostDeviations)), \(number(mostDeviations)))",
            ]
            parts.append("numbers")
            if !flagged.isEmpty {
                parts.append("missing[:, torch.tensor([\(flagged.map(String.init).joined(separator: ", "))])].to(6)")
            }
        }
        if !table.categories.isEmpty { parts.append("x[:, \(count):]") }
        lines.append("return torch.cat([\(parts.joined(separator: ", "))], 1)")
        return """
            def rows_\(name)(self, rows: Tensor) -> Tensor:
            \(lines.map { "    \($0)" }.joined(separator: "\n"))

            def input_\(name)(self, row: Tensor) -> Tensor:
                return self.rows_\(name)(row.reshape([1, -1])).reshape([-1])

            """
    }

    /// Standardized numbers are clipped to this many deviations, so that one outlier cannot dominate all other values.
    static let mostDeviations = 10.0

    static func methods(of name: String, _ series: SeriesPreparation, _ shape: [Int]) -> String {
        let (channels, length) = (series.means.count, shape[1])
        let mask =
            series.hasMask
            ? "return torch.cat([x, torch.constant_pad_nd(torch.ones([1, kept]), [0, \(length) - kept], 0.0)])"
            : "return x"
        return """
            def input_\(name)(self, values: Tensor) -> Tensor:
                if values.numel() == 0:
                    return torch.zeros(\(shape))
                means = torch.tensor(\(list(series.means))).reshape([\(channels), 1])
                deviations = torch.tensor(\(list(series.deviations))).reshape([\(channels), 1])
                x = (values.to(6).reshape([\(channels), -1])[:, 0:\(length)] - means) / deviations
                x = torch.where(torch.isnan(x), torch.zeros_like(x), x)
                kept = x.size(1)
                x = torch.constant_pad_nd(x, [0, \(length) - kept], 0.0)
                \(mask)

            """
    }

    // MARK: Sound

    /// Windowed-sinc interpolation at any two rates (Smith, Digital audio resampling, 2002): each new sample is the sum
    /// of those around it, weighted by a sinc below the lower of both Nyquist frequencies under a Hann window.
    ///
    /// Rates with a large common divisor repeat the same weights, so a convolution is enough.
    private static let resample = """
        def weights(self, offsets: Tensor, cutoff: float, reach: int) -> Tensor:
            angles = offsets * (cutoff * 3.141592653589793)
            safe = torch.where(torch.abs(angles) < 1e-9, torch.full_like(angles, 1e-9), angles)
            part = torch.clamp(offsets / float(reach), -1.0, 1.0) * 1.5707963267948966
            window = torch.cos(part)
            return torch.sin(safe) / safe * window * window * cutoff

        def resample(self, x: Tensor, rate: int, wanted: int) -> Tensor:
            if rate == wanted:
                return x
            ratio = float(rate) / float(wanted)
            cutoff = min(1.0, 1.0 / ratio) * 0.95
            reach = int(8.0 / cutoff) + 1
            count = (x.size(0) * wanted + rate - 1) // rate
            divisor = rate
            rest = wanted
            while rest > 0:
                divisor, rest = rest, divisor % rest
            step = rate // divisor
            phases = wanted // divisor
            if phases * (step + 2 * reach) <= 1000000:
                blocks = (count + phases - 1) // phases
                needed = blocks * step + 2 * reach
                padded = torch.constant_pad_nd(x, [reach, max(0, needed - reach - x.size(0))], 0.0)
                taps = torch.arange(-reach, step + reach).to(7)
                places = torch.arange(0, phases).to(7) * ratio
                kernel = self.weights(taps.unsqueeze(0) - places.unsqueeze(1), cutoff, reach)
                rows = torch.conv1d(padded.reshape([1, 1, -1]), kernel.unsqueeze(1), None, [step])
                return rows.squeeze(0).t().reshape([-1])[0:count]
            padded = torch.constant_pad_nd(x, [reach, reach + 1], 0.0)
            taps = torch.arange(-reach, reach + 1)
            parts: List[Tensor] = []
            start = 0
            while start < count:
                places = torch.arange(start, min(start + 16384, count)).to(7) * ratio
                first = torch.floor(places)
                offsets = taps.unsqueeze(0).to(7) - (places - first).unsqueeze(1)
                weights = self.weights(offsets, cutoff, reach)
                indices = torch.clamp(first.to(4).unsqueeze(1) + taps.unsqueeze(0) + reach, 0, padded.size(0) - 1)
                parts.append((padded[indices] * weights).sum(1))
                start += 16384
            return torch.cat(parts)

        """

    /// Mel spectrogram in decibels below the loudest, as bytes: 0 is 80 dB below it. Bands are triangles on the mel
    /// scale of O'Shaughnessy (2595 · log10(1 + f / 700)).
    ///
    /// Everything is computed in double precision: in single precision, the rounding of the loudest bins would
    /// determine the weakest ones, differently on each machine.
    private static let spectrogram = """
        def mel_spectrogram(self, x: Tensor, rate: int, window: int, hop: int, transform: int, bands: int) -> Tensor:
            padded = torch.constant_pad_nd(x, [transform // 2, transform // 2], 0.0)
            waves = torch.stft(padded, transform, hop, window, torch.hann_window(window, dtype=7), False, True, True)
            power = torch.view_as_real(waves).pow(2).sum(2)
            bins = transform // 2 + 1
            frequencies = torch.linspace(0.0, float(rate) / 2.0, bins, dtype=7)
            highest = 2595.0 * float(torch.log10(torch.tensor(1.0 + float(rate) / 2.0 / 700.0, dtype=7)))
            edges = 700.0 * (torch.pow(10.0, torch.linspace(0.0, highest, bands + 2, dtype=7) / 2595.0) - 1.0)
            rising = (frequencies.unsqueeze(0) - edges[0:bands].unsqueeze(1)) / (edges[1:bands + 1] - edges[0:bands]).unsqueeze(1)
            falling = (edges[2:bands + 2].unsqueeze(1) - frequencies.unsqueeze(0)) / (edges[2:bands + 2] - edges[1:bands + 1]).unsqueeze(1)
            mel = torch.matmul(torch.clamp(torch.minimum(rising, falling), 0.0, 1.0), power)
            decibels = 10.0 * torch.log10(torch.clamp(mel, 1e-10, 1e10))
            loudest = max(float(decibels.max()), -30.0)
            return torch.floor(torch.clamp((decibels - loudest + 80.0) * (255.0 / 80.0) + \(half), 0.0, 255.0)).to(6).unsqueeze(0)

        """

    /// Spectrogram of evenly spaced frequencies in decibels below the loudest, as bytes: 0 is 80 dB below it. The
    /// highest frequency comes first.
    private static let linear = """
        def linear_spectrogram(self, x: Tensor, window: int, hop: int, side: int) -> Tensor:
            framed = x.unfold(0, window, hop)[0:side] * torch.hann_window(window)
            power = torch.view_as_real(torch.fft_rfft(framed))[:, 0:side].square().sum(2)
            decibels = torch.log10(torch.clamp(power, min=1e-10)) * 10.0
            below = decibels - decibels.max()
            return torch.round(torch.clamp(below / 80.0 + 1.0, 0.0, 1.0) * 255.0).t().flip([0]).unsqueeze(0)

        """

    /// Mel power, frames × bands. Bands are triangles of equal area on Slaney's scale (Auditory Toolbox, 1998): linear
    /// below 1 kHz, logarithmic above.
    private static let power = """
        def slaney_frequencies(self, mels: Tensor) -> Tensor:
            return torch.where(mels < 15.0, mels * (200.0 / 3.0), 1000.0 * torch.exp((mels - 15.0) * (1.8562979903656263 / 27.0)))

        def slaney_mels(self, frequency: float) -> float:
            if frequency < 1000.0:
                return frequency * 3.0 / 200.0
            return 15.0 + float(torch.log(torch.tensor(frequency / 1000.0))) * (27.0 / 1.8562979903656263)

        def mel_power(self, x: Tensor, rate: int, window: int, hop: int, transform: int, bands: int, lowest: float, highest: float) -> Tensor:
            padded = torch.constant_pad_nd(x, [transform // 2, transform // 2], 0.0)
            waves = torch.stft(padded, transform, hop, window, torch.hann_window(window), False, True, True)
            power = torch.view_as_real(waves).pow(2).sum(2)
            frequencies = torch.linspace(0.0, float(rate) / 2.0, transform // 2 + 1)
            edges = self.slaney_frequencies(torch.linspace(self.slaney_mels(lowest), self.slaney_mels(highest), bands + 2))
            rising = (frequencies.unsqueeze(0) - edges[0:bands].unsqueeze(1)) / (edges[1:bands + 1] - edges[0:bands]).unsqueeze(1)
            falling = (edges[2:bands + 2].unsqueeze(1) - frequencies.unsqueeze(0)) / (edges[2:bands + 2] - edges[1:bands + 1]).unsqueeze(1)
            triangles = torch.clamp(torch.minimum(rising, falling), min=0.0)
            areas = (2.0 / (edges[2:bands + 2] - edges[0:bands])).unsqueeze(1)
            return torch.matmul(triangles * areas, power).t()

        """

    private static func list(_ values: [Float]) -> String { list(values.map(Double.init)) }

    private static func list(_ values: [Double]) -> String {
        "[\(values.map(number).joined(separator: ", "))]"
    }

    private static func number(_ value: Float) -> String { number(Double(value)) }

    /// A number in TorchScript syntax, always with a decimal point.
    private static func number(_ value: Double) -> String {
        let text = "\(value)"
        return text.contains(".") || text.contains("e") ? text : text + ".0"
    }
}
