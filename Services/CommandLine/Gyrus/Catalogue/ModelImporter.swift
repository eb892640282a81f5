import Foundation
import Inspection
import Launcher
import Model
import Networks
import RegistryClient

/// Brings files into the registry: looks into one, then uploads it, then registers it.
struct ModelImporter {
    /// How long the registry keeps an upload that is not registered after all.
    private static let uploadTime = Duration.seconds(3600)

    let registry: RegistryClient

    /// A file that is sound, with all that will be registered.
    struct Checked {
        let inspection: Inspection
        let file: URL
        /// The other of TorchScript and safetensors, or the TorchScript that a file of others became; exists as long as this value.
        let companion: TemporaryFile?
        let network: BaseNetwork
        let model: PretrainedModel
        /// What the network must be given; nil where nobody says.
        let contract: InputContract?
    }

    // MARK: - Checking

    /// Looks into a file and makes what is to be registered; stores nothing.
    /// - Parameter contract: What the network must be given; nil where nobody says.
    func check(
        _ file: URL, _ facts: ModelFacts, inputShapes: [[Int]?] = [], contract: InputContract? = nil
    ) async throws -> Checked {
        let inputShapes = inputShapes.isEmpty ? [contract?.shape].compactMap(\.self) : inputShapes
        let digest = try BlobFile(reading: file).digest()
        let known = try await base(facts)
        let translated: [Inspection.Format] = [.onnx, .safetensors]
        let isTranslated = translated.map(\.rawValue).contains(file.pathExtension.lowercased())
        let companion = known != nil || isTranslated ? try TemporaryFile() : nil
        let process = InspectionProcess(program: URL(filePath: Programs.beside.path(of: "gyrus-inspector")))
        let inspection = try await process.inspect(
            InspectionRequest(
                file: file, network: known?.description, inputShapes: inputShapes, companion: companion?.url,
                mustRun: contract != nil))
        if let contract { try check(contract, fits: inspection) }
        let name = facts.name ?? file.deletingPathExtension().lastPathComponent
        let network = try known ?? foreign(inspection, name, facts, contract)
        let model = PretrainedModel(
            id: facts.id ?? "\(name)-\(digest.hexadecimal.prefix(8))",
            // The registry knows the identity of a foreign network once it has it.
            network: network.id ?? digest, platform: facts.platform ?? platform(inspection), dataset: facts.dataset,
            optimizer: facts.optimizer, accuracy: facts.accuracy,
            files: [ModelFile(inspection.format.fileFormat, digest)],
            lineage: .init(parent: facts.parent, licence: facts.licence, origin: facts.origin), series: facts.series)
        try checkCode(network, model)
        return Checked(
            inspection: inspection, file: file, companion: inspection.hasCompanion ? companion : nil, network: network,
            model: model, contract: contract)
    }

    /// What describes a sample must be an output of numbers.
    private func check(_ contract: InputContract, fits inspection: Inspection) throws {
        guard let outputs = inspection.outline?.outputs else { return }
        guard outputs.indices.contains(contract.feature) else {
            throw Failure(
                .invalidArgument,
                "contract: feature \(contract.feature) is no output of the network, which has \(outputs.count) (0 to"
                    + " \(outputs.count - 1)): " + outputs.map { "\($0.name) \($0.shape)" }.joined(separator: ", "))
        }
    }

    private func base(_ facts: ModelFacts) async throws -> BaseNetwork? {
        guard let name = facts.network else { return nil }
        let network = try await registry.network(called: name)
        guard network.format == BaseNetwork.ownFormat else {
            throw Failure(
                .invalidArgument,
                "base network '\(network.name)' was imported as \(network.format) and has no layers of its own that weights"
                    + " could be matched with; leave --network out")
        }
        return network
    }

    private func foreign(
        _ inspection: Inspection, _ name: String, _ facts: ModelFacts, _ contract: InputContract?
    ) throws -> BaseNetwork {
        guard var outline = inspection.outline else {
            throw Failure(.internal, "the file was found sound, but nothing is known of its structure")
        }
        // A network that only gives features serves whatever perceives what it reads.
        let areas = facts.area.isEmpty ? [contract?.kind.area].compactMap(\.self) : facts.area
        let functions = facts.function.isEmpty && contract != nil ? [Self.featureExtraction] : facts.function
        guard !areas.isEmpty, !functions.isEmpty else {
            throw Failure(
                .invalidArgument,
                "what '\(name)' is for is not in the file: give --area (such as vision) and --function (such as detection)"
            )
        }
        outline.name = name
        return BaseNetwork(
            name: name, category: facts.category ?? name, areas: areas, functions: functions,
            parameters: UInt64(outline.parameterCount), description: try outline.canonicalJSON,
            format: outline.format)
    }

    /// What a network does of which nothing else is said.
    private static let featureExtraction = "feature-extraction"

    private func platform(_ inspection: Inspection) -> String {
        inspection.producer?.split(separator: " ").joined() ?? "unknown"
    }

    /// Whatever the artificial code cannot express is refused before anything is stored.
    private func checkCode(_ network: BaseNetwork, _ model: PretrainedModel) throws {
        _ = try ArtificialCode(
            name: network.name, areas: network.areas, functions: network.functions, category: network.category,
            dataset: model.dataset, size: ParameterSize(parameters: network.parameters),
            accuracy: try model.accuracy.map { try AccuracyPercentage(fraction: $0) }, optimizer: model.optimizer,
            platform: model.platform)
    }

    // MARK: - Storing

    /// Uploads the files, then registers network and model. Doing so again changes nothing.
    /// - Throws: `Failure` with code `conflict` where the identity belongs to a model with other files.
    func store(_ checked: Checked) async throws -> PretrainedModel {
        if let taken = try await registry.existingModel(checked.model.id) {
            guard taken.files.contains(where: { $0.blob == checked.model.files[0].blob }) else {
                throw Failure(
                    .conflict, "there is already a model '\(taken.id)' with other files; give this one another --id")
            }
            return taken
        }
        if let parent = checked.model.lineage.parent { _ = try await registry.model(parent) }
        var model = checked.model
        guard try await registry.upload(file: checked.file, keepFor: Self.uploadTime) == model.files[0].blob else {
            throw Failure(
                .conflict, "'\(checked.file.path)' was changed while it was imported; leave it alone and do so again")
        }
        if let partner = checked.inspection.format.partner(of: checked.file),
            let format = checked.inspection.format.partnerFormat
        {
            model.files.append(ModelFile(format, try await registry.upload(file: partner, keepFor: Self.uploadTime)))
        }
        if let companion = checked.companion {
            let blob = try await registry.upload(file: companion.url, keepFor: Self.uploadTime)
            model.files.append(ModelFile(checked.inspection.format == .torchScript ? .safetensors : .torchScript, blob))
        }
        if let contract = checked.contract {
            let blob = try await registry.upload(bytes: try contract.json, keepFor: Self.uploadTime)
            model.files.append(ModelFile(.contract, blob))
        }
        let network = try await registry.register(checked.network)
        model.network = network.id ?? model.network
        return try await registry.register(model)
    }
}

extension Inspection.Format {
    /// The same format of a model's file.
    fileprivate var fileFormat: ModelFile.Format {
        switch self {
        case .torchScript: .torchScript
        case .safetensors: .safetensors
        case .onnx: .onnx
        case .darknet: .darknet
        case .openVINO: .openVINO
        }
    }

    /// Format of the file that belongs beside.
    fileprivate var partnerFormat: ModelFile.Format? {
        switch self {
        case .darknet: .darknetConfiguration
        case .openVINO: .openVINOWeights
        case .torchScript, .safetensors, .onnx: nil
        }
    }
}

extension RegistryClient {
    /// A model, where there is one.
    func existingModel(_ id: String) async throws -> PretrainedModel? {
        do {
            return try await model(id)
        } catch let failure as Failure where failure.code == .notFound {
            return nil
        }
    }
}

/// The place of a file in a folder of its own, which is removed with this object.
final class TemporaryFile: Sendable {
    let url: URL
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-\(UUID().uuidString)")
        url = folder.appending(path: "file")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
