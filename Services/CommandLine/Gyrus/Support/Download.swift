import Foundation
import Model
import RegistryClient

/// Writes a network's files into a folder.
struct Download {
    let folder: String
    let name: String

    /// Fetches and verifies the files and returns their paths.
    func fetch(
        script: BlobDigest, weights: BlobDigest?, from registry: RegistryClient
    ) async throws -> (script: URL, weights: URL?) {
        let place = try Self.folder(folder)
        let scriptFile = place.appending(path: "\(name).pt")
        try await registry.download(script, to: scriptFile)
        guard let weights else { return (scriptFile, nil) }
        let weightsFile = place.appending(path: "\(name).safetensors")
        try await registry.download(weights, to: weightsFile)
        return (scriptFile, weightsFile)
    }

    /// The folder at a path, created if it is missing.
    static func folder(_ path: String) throws -> URL {
        let place = URL(filePath: path).absoluteURL
        do {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        } catch {
            throw Failure(
                .permissionDenied, "cannot create the folder '\(path)': \(error.systemReason); choose another")
        }
        return place
    }
}
