import DesignerClient
import Foundation
import Model
import RegistryClient
import ServerClient

/// Finds the package for a name: a folder, a file, a model in the registry, or the result of a scenario.
struct PackageFinder {
    /// The services, contacted only if there is no such file.
    let services: () throws -> Services

    /// The package's file.
    func find(_ name: String) async throws -> URL {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) {
            let file = isFolder.boolValue ? URL(filePath: name).appending(path: "model.pt") : URL(filePath: name)
            guard FileManager.default.fileExists(atPath: file.path) else {
                throw Failure(
                    .notFound, "the folder '\(name)' has no model.pt; 'gyrus result --output' writes one")
            }
            return file
        }
        let services = try services()
        let registry = try await services.registry()
        let model = try await self.model(name, services, registry)
        return try await PackageStore.usual.package(of: model, from: registry)
    }

    private func model(
        _ name: String, _ services: Services, _ registry: RegistryClient
    ) async throws -> PretrainedModel {
        do {
            return try await registry.model(name)
        } catch let failure as Failure where failure.code == .notFound {
            let status = try await services.designer().scenario(name)
            guard let model = status.model else {
                throw Failure(
                    .notFound,
                    "scenario \(status.id) (\(status.state)) has no network yet; follow it with: "
                        + services.command("watch \(status.id)"))
            }
            return try await registry.model(model)
        }
    }
}
