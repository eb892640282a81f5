import Model
import Tables

/// The inputs of a pretrained network: raw values of samples, prepared according to its contract.
final class GivenValues {
    enum Outcome: Sendable {
        /// The sample was unreadable when the data was prepared.
        case unreadable
        /// The modality is missing.
        case absent
        /// The network's input, or its stored form, and the prepared row of the modality.
        case values([Float], row: [Float])
    }

    private let method: String
    private let count: Int
    private let request: ViewRequest
    private let place: Int
    private let view: DatasetManifest.Input
    private let modalities: [RawModality]
    private let reader: ValueReader
    private let base: PreparationModule
    private let given: PreparationModule

    /// - Parameter areStored: Whether to return values in their stored form, which is bytes for pictures.
    init(_ request: ViewRequest, _ rows: any SampleRows, areStored: Bool = false) throws {
        let manifest = request.manifest(frozen: request.unfitted)
        guard let place = rows.modalities.firstIndex(where: { $0.name == request.modality }),
            let view = manifest.inputs[request.name]
        else { throw Failure(.invalidArgument, "The data has no modality '\(request.modality)'.") }
        (self.request, self.place, self.view) = (request, place, view)
        let stored = areStored && request.contract.scaling != nil
        method = (stored ? "prepare_" : "input_") + FrozenNetwork.given(to: request.name)
        count = request.contract.shape.reduce(1, *)
        modalities = rows.modalities
        reader = try ValueReader(
            files: rows.files, inputs: request.data.inputs.merging(manifest.inputs) { $1 },
            encoding: request.data.settings.encoding)
        base = try PreparationModule(PreparationScript(request.data))
        given = try PreparationModule(PreparationScript(manifest))
    }

    func outcome(_ sample: RawSample) throws -> Outcome {
        guard
            case .rows(let rows) = SampleDecoder.prepared([sample], modalities, request.data.inputs, reader, base)[0]
        else { return .unreadable }
        guard let row = rows[place], let value = try reader.value(sample.cells[place], of: request.name, view),
            value != .tokens([])
        else { return .absent }
        return .values(try given.run(method, value, count: count), row: row)
    }
}

extension InputContract {
    /// Converts stored bytes to the network's input, for each channel; nil if values are stored unchanged.
    var scaling: (scales: [Float], offsets: [Float])? {
        guard case .picture(let picture) = preparation else { return nil }
        return (picture.deviations.map { 1 / $0 }, zip(picture.means, picture.deviations).map { -$0 / $1 })
    }
}
