import Model
import Tables

/// Learns the mean and deviation of each channel, and chooses how many steps networks read.
struct SeriesFitter: InputFitter {
    private let modality: RawModality
    private var moments: [RunningMoments] = []
    private var lengths: [Int] = []
    private var lastFailure: Failure?

    /// Default maximum number of steps that networks read.
    private static let usualLength = 1_024
    /// Number of lengths to remember.
    private static let mostLengths = 100_000

    init(_ modality: RawModality) { self.modality = modality }

    mutating func look(at cells: [Cell], place: Int, _ reader: ValueReader) {
        do {
            guard
                case .numbers(let values, let shape)? = try reader.series(
                    cells, channels: moments.isEmpty ? nil : moments.count)
            else { return }
            if moments.isEmpty { moments = (0..<shape[0]).map { _ in RunningMoments() } }
            if lengths.count < Self.mostLengths { lengths.append(shape[1]) }
            for channel in 0..<shape[0] {
                for value in values[channel * shape[1]..<(channel + 1) * shape[1]] where value.isFinite {
                    moments[channel].add(Double(value))
                }
            }
        } catch {
            lastFailure = Failure(error)
        }
    }

    func input() throws -> DatasetManifest.Input {
        guard let longest = lengths.max(), longest > 0, let shortest = lengths.min() else {
            throw lastFailure
                ?? Failure(.invalidArgument, "modalities.\(modality.name): no training sample has a series.")
        }
        let length = modality.settings.length ?? min(longest, Self.usualLength)
        let series = SeriesPreparation(
            means: moments.map { Float($0.mean) }, deviations: moments.map { Float($0.deviation) },
            hasMask: shortest < length)
        return DatasetManifest.Input(
            signature: InputSignature(kind: .series, shape: [moments.count + (series.hasMask ? 1 : 0), length]),
            columns: modality.columns.map(\.name), preparation: .series(series))
    }
}

extension SeriesPreparation: InputKind {
    func value(_ cells: [Cell], of name: String, _ reader: ValueReader) throws -> RawValue? {
        try reader.series(cells, channels: means.count)
    }

    func methods(of name: String, shape: [Int]) -> String { PreparationScript.methods(of: name, self, shape) }

    func covered(_ occluded: Occlusion.Occluded) -> [Occlusion.Covered] {
        guard case .numbers(let steps, let shape) = occluded.value else { return [] }
        return Occlusion.steps(steps, shape, occluded.pieces, occluded.columns)
    }
}
