import ArgumentParser
import Foundation
import Model
import RegistryClient

/// Fetches a model's files.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a model's files: TorchScript, safetensors, and what else it has.",
        discussion: "  gyrus export 3fa27c11/48 --output results")

    @ParentCommand var gyrus: Gyrus

    @Option(name: [.short, .long], help: ArgumentHelp("Folder to write to.", valueName: "folder"))
    var output = "."

    @Argument(help: "Identity of the model; see: gyrus models.")
    var model: String

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        let found = try await registry.model(model)
        let name = String(found.id.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "-" })
        let folder = try Download.folder(output)
        for file in found.files {
            let place = folder.appending(path: "\(name).\(file.format.fileExtension)")
            try await registry.download(file.blob, to: place)
            emit(place.path)
        }
    }
}
