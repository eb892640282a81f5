import Foundation
import Inspection
import Model
import Networks
import Tokenization

/// A pretrained model as a search sees it: TorchScript with a contract, made from the file as the import makes it.
struct PretrainedModelOnShelf {
    let name: String
    let script: URL
    let contract: InputContract
    let code: ArtificialCode

    /// Name of the view that it makes of a modality.
    func view(of modality: String) throws -> (name: String, digest: BlobDigest) {
        let digest = BlobDigest(hashing: [UInt8](try Data(contentsOf: script)))
        let contract = BlobDigest(hashing: Array(contract.summary.utf8))
        return (PreparedView.name(modality: modality, script: digest, contract: contract), digest)
    }

    /// The models of a folder that `own/shelf.py` wrote.
    /// - Parameter scratch: Where to put TorchScript made from other formats.
    static func all(in folder: URL, scratch: URL) async throws -> [PretrainedModelOnShelf] {
        let content = try Data(contentsOf: folder.appending(path: "shelf.json"))
        var models: [PretrainedModelOnShelf] = []
        for entry in try JSONDecoder().decode([Entry].self, from: content) {
            models.append(try await model(entry, in: folder, scratch: scratch))
        }
        return models
    }

    private struct Entry: Decodable {
        let file, category, trainedOn: String
        let areas: [String]
    }

    private static func model(_ entry: Entry, in folder: URL, scratch: URL) async throws -> PretrainedModelOnShelf {
        let file = folder.appending(path: entry.file)
        let name = file.deletingPathExtension().lastPathComponent
        let place = folder.appending(path: "\(name).contract.yaml")
        var contract = try InputContract(
            yaml: String(contentsOf: place, encoding: .utf8), file: place.lastPathComponent
        ) { try Data(contentsOf: folder.appending(path: $0)) }
        var encoder: InspectionRequest.Encoder?
        if case .text(let text) = contract.preparation, let encoding = text.encoder {
            let vocabulary = try TextTokenizer(json: [UInt8](text.model)).vocabulary
            encoder = .init(encoding, feature: contract.feature, vocabulary: vocabulary)
            contract.feature = 0
        }
        let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let companion = scratch.appending(path: "\(name).pt")
        let inspection = try await InspectionProcess(program: programs.appending(path: "gyrus-inspector")).inspect(
            InspectionRequest(
                file: file, inputShapes: [contract.shape], companion: companion, mustRun: true, encoder: encoder))
        let code = try ArtificialCode(
            name: name, areas: entry.areas, functions: ["feature-extraction"], category: entry.category,
            dataset: entry.trainedOn,
            size: ParameterSize(parameters: UInt64(inspection.outline?.parameterCount ?? 0)), accuracy: nil,
            optimizer: "unknown", platform: "unknown")
        return PretrainedModelOnShelf(
            name: name, script: inspection.hasCompanion ? companion : file, contract: contract, code: code)
    }
}
