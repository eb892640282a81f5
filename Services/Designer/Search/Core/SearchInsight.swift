/// What a searcher has learned, in figures for people.
public struct SearchInsight: Hashable, Sendable {
    /// A kind of figures.
    public enum Figures: Hashable, Sendable {
        /// How even the choices of each controller are: the mean entropy of a decision, in bits, by the controller's genes.
        case entropies([String: Double])
        /// Where each trial lies in the plane in which a model's points are spread most, and the share of the pairs of
        /// examples, trials and their equivalents, that the model predicts in their order.
        case map([Place], ranking: Double)
    }

    /// Where a trial lies.
    public struct Place: Hashable, Sendable {
        /// Number of the trial.
        public let trial: Int
        /// Along the widest direction.
        public let x: Double
        /// Along the widest direction across that.
        public let y: Double
    }

    /// Trials that it has learned from.
    public let trials: Int
    /// What it has learned of them.
    public let figures: Figures
}
