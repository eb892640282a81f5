import Model
import Tables

/// Learns from training samples how to prepare a modality.
protocol InputFitter {
    /// Examines the cells of one training sample.
    /// - Parameter place: How many training samples came before it.
    mutating func look(at cells: [Cell], place: Int, _ reader: ValueReader)
    /// What was learned. Means and deviations of pictures and spectrograms are added when their rows are made.
    /// - Throws: `Failure` with code `invalid-argument` if nothing can be learned.
    func input() throws -> DatasetManifest.Input
}

extension RawModality {
    /// The fitter that learns how to prepare the modality.
    /// - Parameter count: Number of training samples.
    func fitter(count: Int) -> any InputFitter {
        switch kind {
        case .image, .video: PictureFitter(self, count: count)
        case .audio: SoundFitter(self, count: count)
        case .text: TextFitter(self)
        case .table: TableFitter(self)
        case .series: SeriesFitter(self)
        }
    }
}

/// Picks approximately a given number of samples, spread evenly.
struct Sampling {
    private let step: Int

    init(_ wanted: Int, of count: Int) { step = max(1, count / wanted) }

    func takes(_ place: Int) -> Bool { place.isMultiple(of: step) }
}

extension Array where Element: Comparable {
    /// The element at a quantile; nil if there are no elements.
    func quantile(_ share: Double) -> Element? {
        guard !isEmpty else { return nil }
        return sorted()[Swift.min(count - 1, Int(Double(count) * share))]
    }
}
