import Model
import Safetensors
import Tables
import Torch

/// Stores features, and learns from those of the training samples how to standardize and score them.
final class ViewWriter {
    private let request: ViewRequest
    private let stream: SafetensorsStream
    private var moments: [RunningMoments] = []
    private var indices: [SamplePart: [Int32]] = [:]
    private var absent: [SamplePart: [Int]] = [:]
    private var labels: [Int32] = []
    private var features: [Float] = []
    private var plain: [Float] = []
    private let sampling: Sampling
    private var place = 0

    /// Number of training samples used to score features.
    private static let scored = 600

    init(_ request: ViewRequest, path: String) {
        self.request = request
        stream = SafetensorsStream(path)
        sampling = Sampling(Self.scored, of: request.data.samples.training)
    }

    func add(_ sample: RawSample, _ outcome: FeatureWorker.Outcome, _ input: DatasetManifest.Input) throws {
        switch outcome {
        case .unreadable: return
        case .absent:
            absent[sample.part, default: []].append(indices[sample.part]?.count ?? 0)
            indices[sample.part, default: []].append(0)
        case .features(let numbers, let row):
            let key = "\(sample.part.name).\(request.name).rows"
            indices[sample.part, default: []].append(Int32(stream.rows(of: key)))
            try stream.append(numbers, to: key, rowShape: [numbers.count])
            if sample.part == .training { look(at: numbers, row, sample.answer, input) }
        }
    }

    private func look(at numbers: [Float], _ row: [Float], _ answer: SampleAnswer?, _ input: DatasetManifest.Input) {
        if moments.isEmpty { moments = numbers.map { _ in RunningMoments() } }
        for (index, number) in numbers.enumerated() { moments[index].add(Double(number)) }
        defer { place += 1 }
        guard sampling.takes(place), case .class(let label)? = answer else { return }
        labels.append(Int32(label))
        features += numbers
        plain += Self.pooled(row, input.signature.shape)
    }

    /// Reduces a row to at most a few hundred numbers by averaging blocks of the last two dimensions.
    private static func pooled(_ row: [Float], _ shape: [Int]) -> [Float] {
        guard shape.count == 3 else { return row }
        let (height, width) = (shape[1], shape[2])
        let (down, across) = ((height + 15) / 16, (width + 15) / 16)
        var pooled: [Float] = []
        for channel in 0..<shape[0] {
            for top in stride(from: 0, to: height, by: down) {
                for left in stride(from: 0, to: width, by: across) {
                    let (bottom, right) = (min(top + down, height), min(left + across, width))
                    var sum: Float = 0
                    for y in top..<bottom {
                        for x in left..<right { sum += row[(channel * height + y) * width + x] }
                    }
                    pooled.append(sum / Float((bottom - top) * (right - left)))
                }
            }
        }
        return pooled
    }

    func finish(
        _ input: DatasetManifest.Input, hasSeveralOutputs: Bool, milliseconds: Double
    ) throws -> ViewPreparer.Outcome {
        guard !moments.isEmpty else {
            throw Failure(.invalidArgument, "no training sample has the modality '\(request.modality)'.")
        }
        let frozen = FrozenNetwork(
            script: request.script, contract: request.contract, hasSeveralOutputs: hasSeveralOutputs,
            means: moments.map { Float($0.mean) }, deviations: moments.map { Float($0.deviation) })
        let manifest = request.manifest(frozen: frozen)
        for (part, places) in absent {
            let key = "\(part.name).\(request.name).rows"
            let row = Int32(stream.rows(of: key))
            try stream.append(frozen.means, to: key, rowShape: [frozen.means.count])
            for place in places { indices[part]?[place] = row }
        }
        for (part, rows) in indices {
            for row in rows { try stream.append([row], to: "\(part.name).\(request.name).indices", rowShape: []) }
        }
        try stream.finish(metadata: ["format": "gyrus-dataset 2", "manifest": try manifest.json])
        let classes = request.data.target.outputs
        let isScored = request.data.target.kind == .classification
        return ViewPreparer.Outcome(
            manifest: manifest,
            scores: isScored ? try Self.scores(features, labels, classes) : [:],
            reference: isScored ? try Self.scores(plain, labels, classes) : [:], milliseconds: milliseconds)
    }

    /// Scores of standardized features, so that different networks can be compared.
    private static func scores(
        _ rows: [Float], _ labels: [Int32], _ classes: Int
    ) throws -> [String: Double] {
        guard !labels.isEmpty else { return [:] }
        let width = rows.count / labels.count
        var moments = (0..<width).map { _ in RunningMoments() }
        for (place, number) in rows.enumerated() { moments[place % width].add(Double(number)) }
        let standardized = rows.enumerated().map { place, number in
            Float((Double(number) - moments[place % width].mean) / moments[place % width].deviation)
        }
        return try Transferability.scores(of: standardized, labels: labels, classes: classes)
    }
}
