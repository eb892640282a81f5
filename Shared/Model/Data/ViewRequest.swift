public import Foundation

/// Asks the helper program for data to compute what a frozen pretrained network makes of a modality.
public struct ViewRequest: Sendable, Codable {
    /// How the data were read.
    public var data: DatasetManifest
    /// Which modality the network reads.
    public var modality: String
    /// Name of the networks' input.
    public var name: String
    /// Digest of the TorchScript file.
    public var script: BlobDigest
    /// The TorchScript file.
    public var file: URL
    /// What the network reads.
    public var contract: InputContract

    /// Asks for a view.
    public init(
        data: DatasetManifest, modality: String, name: String, script: BlobDigest, file: URL,
        contract: InputContract
    ) {
        self.data = data
        self.modality = modality
        self.name = name
        self.script = script
        self.file = file
        self.contract = contract
    }
}
