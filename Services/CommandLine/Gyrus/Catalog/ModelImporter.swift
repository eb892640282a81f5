import Foundation
import Inspection
import Launcher
import Model
import Networks
import RegistryClient

/// Imports files into the registry: inspects a file, uploads it, and registers it.
struct ModelImporter {
    /// How long the registry keeps an upload that is never registered.
    private static let uploadTime = Duration.seconds(3600)

    let registry: RegistryClient

    /// A valid file, with everything to register.
    struct Checked {
        let inspection: Inspection
        /// The file to store: the user's, or the converted form of a TorchScript text encoder.
        let file: URL
        /// What the inspection wrote; deleted with this value.
        let temporary: TemporaryFile?
        /// TorchScript for safetensors and vice versa, or TorchScript converted from another format.
        let companion: TemporaryFile?
        let network: BaseNetwork
        let model: PretrainedModel
        /// The network's contract; nil if there is none.
        let contract: InputContract?
    }

    // MARK: - Checking

    /// Inspects a file and prepares what to register; stores nothing.
    /// - Parameter contract: The network's contract; nil if there is none.
    func check(
        _ file: URL, _ facts: ModelFacts, inputShapes: [[Int]?] = [], contract: InputContract? = nil
    ) async throws -> Checked {
        let encoder = try contract?.encoder
        let inputShapes = inputShapes.isEmpty ? [contract?.shape].compactMap(\.self) : inputShapes
        let digest = try BlobFile(reading: file).digest()
        let known = try await base(facts)
        let translated: [Inspection.Format] = [.onnx, .safetensors]
        let isTranslated = translated.map(\.rawValue).contains(file.pathExtension.lowercased())
        let companion = known != nil || isTranslated || encoder != nil ? try TemporaryFile() : nil
        let process = InspectionProcess(program: URL(filePath: Programs.beside.path(of: "gyrus-inspector")))
        let inspection = try await process.inspect(
            InspectionRequest(
                file: file, network: known?.description, inputShapes: inputShapes, companion: companion?.url,
                mustRun: contract != nil, encoder: encoder))
        var contract = contract
        // The converted text encoder returns only the features.
        if encoder != nil { contract?.feature = 0 } else if let contract { try check(contract, fits: inspection) }
        let name = facts.name ?? file.deletingPathExtension().lastPathComponent
        let network = try known ?? foreign(inspection, name, facts, contract)
        var (stored, kept) = (file, inspection.hasCompanion ? companion : nil)
        if encoder != nil, inspection.format == .torchScript, let companion {
            // Both would be TorchScript, and the converted form contains the original.
            (stored, kept) = (companion.url, nil)
        }
        let model = PretrainedModel(
            id: facts.id ?? "\(name)-\(digest.hexadecimal.prefix(8))",
            // The registry assigns the ID of a third-party network when it registers it.
            network: network.id ?? digest, platform: facts.platform ?? platform(inspection), dataset: facts.dataset,
            optimizer: facts.optimizer, accuracy: facts.accuracy,
            files: [
                ModelFile(
                    inspection.format.fileFormat, stored == file ? digest : try BlobFile(reading: stored).digest())
            ],
            lineage: facts.lineage, series: facts.series)
        try checkCode(network, model)
        return Checked(
            inspection: inspection, file: stored, temporary: companion, companion: kept, network: network, model: model,
            contract: contract)
    }

    /// Checks that the contract's feature output exists and is numeric.
    private func check(_ contract: InputContract, fits inspection: Inspection) throws {
        guard let outputs = inspection.outline?.outputs else { return }
        guard outputs.indices.contains(contract.feature) else {
            throw Failure(
                .invalidArgument,
                "contract: the network has no output \(contract.feature), only \(outputs.count) outputs (0 to"
                    + " \(outputs.count - 1)): " + outputs.map { "\($0.name) \($0.shape)" }.joined(separator: ", "))
        }
    }

    private func base(_ facts: ModelFacts) async throws -> BaseNetwork? {
        guard let name = facts.network else { return nil }
        let network = try await registry.network(called: name)
        guard network.format == BaseNetwork.ownFormat else {
            throw Failure(
                .invalidArgument,
                "base network '\(network.name)' was imported as \(network.format) and has no layer description that the weights"
                    + " could be matched against; leave out --network")
        }
        return network
    }

    private func foreign(
        _ inspection: Inspection, _ name: String, _ facts: ModelFacts, _ contract: InputContract?
    ) throws -> BaseNetwork {
        guard var outline = inspection.outline else {
            throw Failure(.internal, "the file is valid, but its structure is unknown")
        }
        // A network that only extracts features belongs to the areas that perceive its input.
        let areas = facts.area.isEmpty ? [contract?.kind.area].compactMap(\.self) : facts.area
        let functions = facts.function.isEmpty && contract != nil ? [Self.featureExtraction] : facts.function
        guard !areas.isEmpty, !functions.isEmpty else {
            throw Failure(
                .invalidArgument,
                "the file does not say what '\(name)' is for; give --area (such as vision) and --function (such as detection)"
            )
        }
        outline.name = name
        return BaseNetwork(
            name: name, category: facts.category ?? name, areas: areas, functions: functions,
            parameters: UInt64(outline.parameterCount), description: try outline.canonicalJSON,
            format: outline.format)
    }

    /// The default function of a network.
    private static let featureExtraction = "feature-extraction"

    private func platform(_ inspection: Inspection) -> String {
        inspection.producer?.split(separator: " ").joined() ?? "unknown"
    }

    /// Refuses anything that the artificial code cannot express, before anything is stored.
    private func checkCode(_ network: BaseNetwork, _ model: PretrainedModel) throws {
        _ = try ArtificialCode(
            name: network.name, areas: network.areas, functions: network.functions, category: network.category,
            dataset: model.dataset, size: ParameterSize(parameters: network.parameters),
            accuracy: try model.accuracy.map { try AccuracyPercentage(fraction: $0) }, optimizer: model.optimizer,
            platform: model.platform)
    }

    // MARK: - Storing

    /// Uploads the files, then registers network and model. Idempotent.
    /// - Throws: `Failure` with code `conflict` if the ID belongs to a model with other files.
    func store(_ checked: Checked) async throws -> PretrainedModel {
        if let taken = try await registry.existingModel(checked.model.id) {
            guard taken.files.contains(where: { $0.blob == checked.model.files[0].blob }) else {
                throw Failure(
                    .conflict, "a model '\(taken.id)' with other files already exists; choose another --id")
            }
            return taken
        }
        if let parent = checked.model.lineage.parent { _ = try await registry.model(parent) }
        var model = checked.model
        guard try await registry.upload(file: checked.file, keepFor: Self.uploadTime) == model.files[0].blob else {
            throw Failure(
                .conflict, "'\(checked.file.path)' changed during the import; try again without modifying it")
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
    /// The corresponding format of a model file.
    fileprivate var fileFormat: ModelFile.Format {
        switch self {
        case .torchScript: .torchScript
        case .safetensors: .safetensors
        case .onnx: .onnx
        case .darknet: .darknet
        case .openVINO: .openVINO
        }
    }

    /// Format of the counterpart file.
    fileprivate var partnerFormat: ModelFile.Format? {
        switch self {
        case .darknet: .darknetConfiguration
        case .openVINO: .openVINOWeights
        case .torchScript, .safetensors, .onnx: nil
        }
    }
}

extension RegistryClient {
    /// The model with an ID; nil if there is none.
    func existingModel(_ id: String) async throws -> PretrainedModel? {
        do {
            return try await model(id)
        } catch let failure as Failure where failure.code == .notFound {
            return nil
        }
    }
}
