import ArgumentParser
import DesignerClient
import Foundation
import Model
import Networks
import ONNX
import RegistryClient
import ServiceClient

/// Writes a model or a scenario's trials to files.
struct ExportModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Write a model's package or files, or a scenario's trials.",
        discussion: """
              gyrus export 3fa27c11/48 --output results    a package, as from 'gyrus result --output'
              gyrus export 3fa27c11/48 --format onnx
              gyrus export 3fa27c11 --tensorboard runs     each trial as a TensorBoard run
              gyrus export 3fa27c11 --trials trials.csv    or .json

            An ONNX file is generated from the base network and the weights (standard operators, opset 13, variable batch \
            size).
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(
        help: ArgumentHelp(
            "Format: torchscript, safetensors or onnx (can be repeated; default: the package, or all files if there is none).",
            valueName: "format"))
    var format: [String] = []

    @Option(name: [.short, .long], help: ArgumentHelp("Folder to write to.", valueName: "folder"))
    var output = "."

    @Option(
        help: ArgumentHelp("Folder for TensorBoard event files of a scenario's trials.", valueName: "folder"))
    var tensorboard: String?

    @Option(help: ArgumentHelp("File for a scenario's trials (.csv or .json).", valueName: "file"))
    var trials: String?

    @Argument(
        help: "ID of the model (see: gyrus models), or of the scenario whose trials to write.", completion: .models)
    var model: String

    func validate() throws {
        guard tensorboard == nil && trials == nil || format.isEmpty else {
            throw ValidationError("--format applies only to models; leave it out for a scenario's trials.")
        }
    }

    func run() async throws {
        guard tensorboard == nil && trials == nil else { return try await exportTrials() }
        let formats: [ModelFile.Format] = try format.map { try choice($0, of: "format") }
        let registry = try await Services(gyrus.project).registry()
        let found = try await registry.model(model)
        let name = fileName(found.id)
        let folder = try Download.folder(output)
        if formats.isEmpty, let manifest = try await manifest(of: found, registry) {
            return try await writePackage(found, manifest, to: folder.appending(path: name).path, from: registry)
        }
        for format in formats.isEmpty ? found.files.map(\.format) : formats {
            let place = folder.appending(path: "\(name).\(format.fileExtension)")
            try await write(found, as: format, to: place, from: registry)
            emit(place.path)
        }
    }

    /// The manifest of a model's training data; nil if no package can be made of it.
    private func manifest(of model: PretrainedModel, _ registry: RegistryClient) async throws -> DatasetManifest? {
        guard model.file(.torchScript) != nil, let recipe = model.lineage.recipe else { return nil }
        do {
            return try await registry.manifest(recipe: recipe)
        } catch let failure as Failure where failure.code == .notFound {
            return nil
        }
    }

    private func writePackage(
        _ model: PretrainedModel, _ manifest: DatasetManifest, to place: String, from registry: RegistryClient
    ) async throws {
        guard let script = model.file(.torchScript) else { return }
        let package = try PackageFolder(place)
        let network = try await registry.network(model.network)
        try await package.write(
            script: script, weights: model.file(.safetensors), manifest: manifest, title: network.name,
            facts: [("model", model.id), ("network", network.name)], metrics: model.metrics, model: model,
            from: registry)
        try await package.addONNX(of: model.id, from: registry)
        emit(package.folder.path)
    }

    private func exportTrials() async throws {
        let services = try Services(gyrus.project)
        let designer = try await services.designer()
        let status = try await designer.scenario(model)
        let export = TrialExport(status: status, trials: try await TrialExport.trials(designer, of: status))
        if let trials {
            try export.write(to: URL(filePath: trials))
            emit(trials)
        }
        guard let tensorboard else { return }
        let history = try await TrialHistory.read(of: status, from: services.service(.trainer))
        try export.write(tensorBoard: try Download.folder(tensorboard), history)
        emit(tensorboard)
        say("View them with: tensorboard --logdir \(tensorboard)")
    }

    private func write(
        _ model: PretrainedModel, as format: ModelFile.Format, to place: URL, from registry: RegistryClient
    ) async throws {
        if let blob = model.file(format) { return try await registry.download(blob, to: place) }
        let network = try await registry.network(model.network)
        guard format == .onnx, network.format == BaseNetwork.ownFormat, let weights = model.file(.safetensors) else {
            let formats = model.files.map(\.format.rawValue).joined(separator: ", ")
            throw Failure(
                .notFound,
                "model '\(model.id)' has no \(format.rawValue) file, and none can be generated from its files (\(formats));"
                    + " export one of those")
        }
        let temporary = try TemporaryFile()
        try await registry.download(weights, to: temporary.url)
        var notes = ["model": model.id, "network": model.network.hexadecimal]
        notes["code"] = model.code?.description
        notes["license"] = model.lineage.license
        try OnnxFile.write(
            NetworkDescription(json: network.description), weights: temporary.url, metadata: notes, to: place)
    }
}
