import Networks
package import Search

/// A fusion search's feature sets of the networks that it fuses, as soon as they are computed.
package struct FusionPhase {
    package let space: FusionSpace
    /// Identities of the feature sets, by modality.
    package var features: [String: String] = [:]
    /// Modalities whose features were ordered.
    package var ordered: Set<String> = []

    /// Number of single-modality networks, which are the first trials.
    package var count: Int { space.networks.count }
    /// Whether all features are available.
    package var isReady: Bool { features.count == count }
    /// Identities of the feature sets, in the order of the networks.
    package var sets: [String] { space.networks.compactMap { features[$0.backbone.modality] } }
}
