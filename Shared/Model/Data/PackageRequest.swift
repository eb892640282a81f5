public import Foundation

/// What a package contains besides the network.
public struct PackageRequest: Sendable, Codable {
    /// How the network's inputs are prepared.
    public var manifest: DatasetManifest
    /// The TorchScript files of the frozen networks behind inputs that are views.
    public var frozen: [String: URL]

    /// Asks for a package.
    public init(manifest: DatasetManifest, frozen: [String: URL]) {
        self.manifest = manifest
        self.frozen = frozen
    }
}
