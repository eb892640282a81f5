import Model
import Tables

/// Computes the features of samples, one after another.
final class FeatureWorker {
    enum Outcome: Sendable {
        /// It was not readable when the data were prepared.
        case unreadable
        /// The modality is missing.
        case absent
        /// Its features, and the modality's row.
        case features([Float], row: [Float])
    }

    /// What the network took in all.
    private(set) var seconds = 0.0
    /// For how many samples.
    private(set) var count = 0

    private let given: GivenValues
    private let process: FeatureProcess

    var hasSeveralOutputs: Bool { process.hasSeveralOutputs }

    init(_ request: ViewRequest, _ rows: any SampleRows) throws {
        given = try GivenValues(request, rows)
        process = try FeatureProcess(request.file, request.contract)
    }

    func outcome(_ sample: RawSample) throws -> Outcome {
        switch try given.outcome(sample) {
        case .unreadable: return .unreadable
        case .absent: return .absent
        case .values(let values, let row):
            let start = ContinuousClock.now
            let features = try process.features(of: values)
            seconds += (ContinuousClock.now - start) / .seconds(1)
            count += 1
            return .features(features, row: row)
        }
    }
}
