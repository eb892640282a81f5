import ArgumentParser
import Foundation
import Model
import Networks
import ONNX
import RegistryClient

/// Writes a model as files.
struct ExportModel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Write a model as TorchScript, safetensors or ONNX, or all its files.",
        discussion: """
              gyrus export 3fa27c11/48 --output results
              gyrus export 3fa27c11/48 --format onnx

            An ONNX file is made from the base network and the weights (standard operators, version 13; the batch may \
            have any size).
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(
        help: ArgumentHelp(
            "Format: torchscript, safetensors or onnx (can be repeated; default: all files that the model has).",
            valueName: "format"))
    var format: [String] = []

    @Option(name: [.short, .long], help: ArgumentHelp("Folder to write to.", valueName: "folder"))
    var output = "."

    @Argument(help: "Identity of the model; see: gyrus models.")
    var model: String

    func run() async throws {
        let formats: [ModelFile.Format] = try format.map { try choice($0, of: "format") }
        let registry = try await Services(gyrus.project).registry()
        let found = try await registry.model(model)
        let name = fileName(found.id)
        let folder = try Download.folder(output)
        for format in formats.isEmpty ? found.files.map(\.format) : formats {
            let place = folder.appending(path: "\(name).\(format.fileExtension)")
            try await write(found, as: format, to: place, from: registry)
            emit(place.path)
        }
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
                "model '\(model.id)' has no \(format.rawValue) file, and none can be made from what it has (\(formats));"
                    + " export one of those")
        }
        let temporary = try TemporaryFile()
        try await registry.download(weights, to: temporary.url)
        var notes = ["model": model.id, "network": model.network.hexadecimal]
        notes["code"] = model.code?.description
        notes["licence"] = model.lineage.licence
        try OnnxFile.write(
            NetworkDescription(json: network.description), weights: temporary.url, metadata: notes, to: place)
    }
}
