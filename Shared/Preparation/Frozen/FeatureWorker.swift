import Model
import Tables

/// Computes the features of samples, one after another.
final class FeatureWorker {
    enum Outcome: Sendable {
        /// The sample was unreadable when the data was prepared.
        case unreadable
        /// The modality is missing.
        case absent
        /// The sample's features, and the row of the modality.
        case features([Float], row: [Float])
    }

    /// Total time that the network took.
    private(set) var seconds = 0.0
    /// Number of samples in this time.
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
