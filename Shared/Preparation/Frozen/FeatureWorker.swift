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

    private let request: ViewRequest
    private let modalities: [RawModality]
    private let reader: ValueReader
    private let base: PreparationModule
    private let given: PreparationModule
    private let process: FeatureProcess

    var hasSeveralOutputs: Bool { process.hasSeveralOutputs }

    init(_ request: ViewRequest, _ rows: any SampleRows) throws {
        self.request = request
        modalities = rows.modalities
        reader = try ValueReader(files: rows.files, inputs: request.data.inputs)
        base = try PreparationModule(PreparationScript(request.data))
        given = try PreparationModule(PreparationScript(request.manifest(frozen: request.unfitted)))
        process = try FeatureProcess(request.file, request.contract)
    }

    func outcome(_ sample: RawSample, _ place: Int) throws -> Outcome {
        guard
            case .rows(let rows) = SampleWriter.prepared(sample, modalities, request.data.inputs, reader, base)
        else { return .unreadable }
        guard let row = rows[place], let input = request.data.inputs[request.modality],
            let value = try reader.value(sample.cells[place], of: request.modality, input)
        else { return .absent }
        let values = try given.run(
            "input_" + FrozenNetwork.given(to: request.name), value, count: request.contract.shape.reduce(1, *))
        let start = ContinuousClock.now
        let features = try process.features(of: values)
        seconds += (ContinuousClock.now - start) / .seconds(1)
        count += 1
        return .features(features, row: row)
    }
}
