extension Scenario {
    /// A search for the best fusion of trained networks of single modalities.
    ///
    /// ```yaml
    /// fusion:
    ///   networks: {image: LeNet3, audio: MediumNet}     # a structure of table 6, or a model in the registry
    ///   layers: 4
    ///   operators: [concatenation, weighted-sum, bilinear, attention]
    ///   representations: [joint, coordinated]
    ///   width: 64
    ///   pretraining: {epochs: 8, batch: 64, samples: all}
    ///   fine-tuning: {epochs: 1, batch: 64, samples: all}
    /// ```
    ///
    /// Only `networks` is required. The scenario's `training` applies to a fusion on features that are computed once.
    public struct Fusion: Hashable, Sendable {
        /// For each modality, a structure, which is trained first, or the identity of a model in the registry.
        public var networks: [String: String]
        /// Maximum number of fusion layers.
        public var layers: Int
        /// Names of the operators to choose from; nil for all.
        public var operators: [String]?
        /// Names of the representations to choose from; nil for all.
        public var representations: [String]?
        /// Length of a fusion layer's vector.
        public var width: Int
        /// How networks of single modalities are trained that are not trained yet.
        public var pretraining: Training

        /// Allowed values of the maximum number of fusion layers.
        public static let layersRange = 1...4
        /// Allowed lengths of a fusion layer's vector.
        public static let widthRange = 4...1_024
        /// The default budget of a fusion on features.
        public static let defaultTraining = Training(epochs: 8)
        /// The default budget of a network of one modality.
        public static let defaultPretraining = Training(epochs: 8)

        /// Makes a plan.
        public init(
            networks: [String: String], layers: Int = 4, operators: [String]? = nil, representations: [String]? = nil,
            width: Int = 64, pretraining: Training = Fusion.defaultPretraining
        ) {
            self.networks = networks
            self.layers = layers
            self.operators = operators
            self.representations = representations
            self.width = width
            self.pretraining = pretraining
        }
    }
}
