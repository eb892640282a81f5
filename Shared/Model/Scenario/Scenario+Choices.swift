extension Scenario {
    /// The settings of networks and their trainings that a search chooses, in addition to optimizer, structure and
    /// width. The first networks of a search have the first value of each list; nil for a setting that is the same in
    /// all trials.
    ///
    /// In a scenario: `search: {choose: {learning-rate: [1e-3, 3e-3], augmentation: [none, light], batch: [32, 64]}}`.
    public struct Choices: Hashable, Sendable {
        /// Multipliers for the structures' blocks; if nil, a wider network is also deeper.
        public var depths: [Double]?
        /// Learning rates of each branch, independent of its optimizer.
        public var learningRates: [Double]?
        /// Weight decays of each branch, independent of its optimizer.
        public var weightDecays: [Double]?
        /// Dropout rates of each branch.
        public var dropouts: [Double]?
        /// Shares of a label that are spread over all classes.
        public var labelSmoothings: [Double]?
        /// How strongly samples are randomly changed.
        public var augmentations: [TrainingOptions.Augmentation]?
        /// Numbers of samples in a mini-batch.
        public var batches: [Int]?

        /// Describes choices; none by default.
        public init(
            depths: [Double]? = nil, learningRates: [Double]? = nil, weightDecays: [Double]? = nil,
            dropouts: [Double]? = nil, labelSmoothings: [Double]? = nil,
            augmentations: [TrainingOptions.Augmentation]? = nil, batches: [Int]? = nil
        ) {
            self.depths = depths
            self.learningRates = learningRates
            self.weightDecays = weightDecays
            self.dropouts = dropouts
            self.labelSmoothings = labelSmoothings
            self.augmentations = augmentations
            self.batches = batches
        }
    }
}
