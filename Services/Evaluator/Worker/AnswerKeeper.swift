import Answers
import Model
import Torch

/// Collects a finalist's answers for test samples, with pictures of its inputs and the importance of each input.
struct AnswerKeeper {
    let network: ScriptedNetwork
    let source: SampleSource
    let evaluation: Evaluation
    /// What networks read from each input; none if features replace the samples.
    let inputs: [String: InputSignature]
    /// Positions of the split's first samples in the user's data.
    let places: [String]

    /// Maximum number of samples for measuring importance, and number of shuffles per input.
    private static let importance = (samples: 2_000, draws: 3)
    /// Maximum number of pictures kept per input: for each pair of truth and answer, and in total.
    private static let pictures = (eachPair: 6, most: 400, bytes: 4 << 20)
    /// Longest side of a picture in pixels.
    private static let side = 64

    /// The collected answers, within these limits.
    func file() throws -> AnswerFile {
        let width = evaluation.target.outputs
        let most = min(AnswerFile.mostSamples, AnswerFile.mostOutputs / max(1, width))
        let kept = SampleChoice.places(most, of: evaluation.samples)
        func rows(_ all: [Float]) -> [Float] { kept.flatMap { all[$0 * width..<($0 + 1) * width] } }
        var file = AnswerFile(
            target: evaluation.target, count: evaluation.samples, samples: kept.map(Int32.init),
            outputs: rows(evaluation.outputs), importances: try importances())
        switch evaluation.answers {
        case .classes(let classes): file.classes = kept.map { classes[$0] }
        case .numbers(let numbers): file.numbers = rows(numbers)
        }
        if !places.isEmpty { file.places = kept.map { places.indices.contains($0) ? places[$0] : "" } }
        for modality in source.modalities where network.inputs.contains(modality.name) {
            file.pictures[modality.name] = pictures(of: modality, file)
        }
        return file
    }

    // MARK: Pictures

    private func pictures(of modality: SampleSource.Modality, _ file: AnswerFile) -> [Int: AnswerFile.Picture]? {
        guard let kind = inputs[modality.name]?.kind, kind == .image || kind == .audio, modality.elementType == .uint8,
            modality.shape.count == 3, [1, 3].contains(modality.shape[0])
        else { return nil }
        let thumbnail = Thumbnail(modality, side: Self.side)
        let most = min(Self.pictures.most, Self.pictures.bytes / max(1, thumbnail.shape.reduce(1, *)))
        var counts: [[Int32]: Int] = [:]
        var pictures: [Int: AnswerFile.Picture] = [:]
        for row in file.rowsByError where pictures.count < most {
            let pair = file.pair(of: row)
            guard pair.isEmpty || counts[pair, default: 0] < Self.pictures.eachPair else { continue }
            counts[pair, default: 0] += 1
            pictures[row] = thumbnail.picture(of: Int(file.samples[row]))
        }
        return pictures
    }

    // MARK: Importance

    /// Permutation importance (Breiman 2001) of whole inputs.
    private func importances() throws -> AnswerFile.Importances? {
        guard network.inputs.count > 1, source.count > 1 else { return nil }
        let metric = Metric.usual(for: Scenario.Task(source.target.kind))
        let samples = source.chosen(Self.importance.samples, seed: 1)
        guard let whole = try network.evaluate(on: samples).metrics[metric.name] else { return nil }
        let inputs = try network.inputs.sorted().compactMap { input -> AnswerFile.Importance? in
            let values = try (1...Self.importance.draws).compactMap { draw in
                try network.evaluate(on: samples.shuffling(input, seed: UInt64(draw))).metrics[metric.name]
            }
            guard values.count == Self.importance.draws else { return nil }
            let mean = values.reduce(0, +) / Double(values.count)
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return .init(
                input: input, shuffled: mean, deviation: (squares / Double(max(1, values.count - 1))).squareRoot())
        }
        return .init(metric: metric.name, whole: whole, inputs: inputs)
    }
}

/// A uniform choice of samples that is the same each time.
enum SampleChoice {
    /// The given number of evenly distributed positions, in order.
    static func places(_ most: Int, of count: Int) -> [Int] {
        guard count > most else { return Array(0..<count) }
        var generator = SplitMix64(seed: 1)
        var chosen: [Int] = []
        chosen.reserveCapacity(most)
        for place in 0..<count where generator.next() % UInt64(count - place) < UInt64(most - chosen.count) {
            chosen.append(place)
        }
        return chosen
    }
}

/// Makes small pictures of a modality's rows.
private struct Thumbnail {
    let modality: SampleSource.Modality
    let shape: [Int]
    private let step: Int

    init(_ modality: SampleSource.Modality, side: Int) {
        self.modality = modality
        step = max(1, (max(modality.shape[1], modality.shape[2]) + side - 1) / side)
        shape = [modality.shape[0]] + modality.shape.dropFirst().map { [step] in ($0 + step - 1) / step }
    }

    func picture(of sample: Int) -> AnswerFile.Picture {
        let (height, width) = (modality.shape[1], modality.shape[2])
        let start = Int(modality.indices[sample]) * modality.elementCount
        var bytes: [UInt8] = []
        bytes.reserveCapacity(shape.reduce(1, *))
        for channel in 0..<shape[0] {
            for row in stride(from: 0, to: height, by: step) {
                for column in stride(from: 0, to: width, by: step) {
                    bytes.append(modality.rows[start + (channel * height + row) * width + column])
                }
            }
        }
        return AnswerFile.Picture(shape: shape, bytes: bytes)
    }
}
