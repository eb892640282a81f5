import Networks
package import Search

/// What a search for a fusion knows of the networks that it fuses: sets of features, as soon as they are computed.
package struct FusionCourse {
    package let space: FusionSpace
    /// Identities of the sets of features, by modality.
    package var features: [String: String] = [:]
    /// Modalities whose features were ordered.
    package var ordered: Set<String> = []

    /// Number of networks of single modalities, which are the first trials.
    package var count: Int { space.networks.count }
    /// Whether all features are there.
    package var isReady: Bool { features.count == count }
    /// Identities of the sets of features, in the order of the networks.
    package var sets: [String] { space.networks.compactMap { features[$0.backbone.modality] } }
}
