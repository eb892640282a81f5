/// What a searcher has learned, for display.
public struct SearchDiagnostics: Hashable, Sendable {
    /// A kind of findings.
    public enum Findings: Hashable, Sendable {
        /// The mean entropy of each controller's decisions in bits, by the controller's genes.
        case entropies([String: Double])
        /// Each trial's coordinates in the plane of the embedding's principal components, and the share of the pairs of
        /// examples, trials and their equivalents, that the model ranks correctly.
        case map([Place], ranking: Double)
    }

    /// The coordinates of a trial.
    public struct Place: Hashable, Sendable {
        /// Number of the trial.
        public let trial: Int
        /// Coordinate along the first principal component.
        public let x: Double
        /// Coordinate along the second principal component.
        public let y: Double
    }

    /// Number of trials learned from.
    public let trials: Int
    /// What it has learned from them.
    public let findings: Findings
}
