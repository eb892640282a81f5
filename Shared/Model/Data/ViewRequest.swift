public import Foundation

/// Asks the data helper to compute the features of a modality with a frozen pretrained network.
public struct ViewRequest: Sendable, Codable {
    /// How the data was read.
    public var data: DatasetManifest
    /// The modality that the network reads.
    public var modality: String
    /// Name of the network input that the view feeds.
    public var name: String
    /// Digest of the TorchScript file.
    public var script: BlobDigest
    /// The TorchScript file.
    public var file: URL
    /// The input that the network expects.
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
