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

/// What is done with the values of a modality. The preparation of each kind is one type, which knows how.
///
/// `Preparation.kind` and `RawModality.fitter` are the only places here that switch over the kinds.
protocol InputKind: Sendable {
    /// The raw value of a modality's cells; nil if it is missing.
    func value(_ cells: [Cell], of name: String, _ reader: ValueReader) throws -> RawValue?
    /// The TorchScript methods that convert raw values to the input of networks, `input_NAME` among them.
    func methods(of name: String, shape: [Int]) -> String
    /// The value without each of its parts in turn; none for pictures, whose parts are regions.
    func covered(_ occluded: Occlusion.Occluded) throws -> [Occlusion.Covered]
}

extension Preparation {
    var kind: any InputKind {
        switch self {
        case .picture(let picture): picture
        case .sound(let sound): sound
        case .text(let text): text
        case .table(let table): table
        case .series(let series): series
        }
    }
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
