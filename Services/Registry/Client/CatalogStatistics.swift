package import Schema

/// Statistics of the registry.
public struct CatalogStatistics: Hashable, Sendable, Codable {
    /// The models and networks that share a term.
    public struct Group: Hashable, Sendable, Codable {
        /// Dictionary of the term (`areas`, `functions`, `categories`, `datasets`, `optimizers`, `platforms`), or
        /// `stages`.
        public var field: String
        /// Text of the term in its dictionary.
        public var term: String
        /// Number of base networks.
        public var networks: UInt64
        /// Number of pretrained models.
        public var models: UInt64
        /// Total size of the models' files; a file shared by several models counts for each.
        public var bytes: UInt64
        /// Number of models with a known accuracy.
        public var measured: UInt64
        /// Mean accuracy of these models; nil if there are none.
        public var meanAccuracy: Double?
        /// Best accuracy of these models; nil if there are none.
        public var bestAccuracy: Double?

        /// Makes a group.
        public init(
            field: String, term: String, networks: UInt64 = 0, models: UInt64 = 0, bytes: UInt64 = 0,
            measured: UInt64 = 0, meanAccuracy: Double? = nil, bestAccuracy: Double? = nil
        ) {
            self.field = field
            self.term = term
            self.networks = networks
            self.models = models
            self.bytes = bytes
            self.measured = measured
            self.meanAccuracy = meanAccuracy
            self.bestAccuracy = bestAccuracy
        }
    }

    /// Number of base networks.
    public var networks: UInt64
    /// Number of pretrained models.
    public var models: UInt64
    /// Number of prepared datasets.
    public var datasets: UInt64
    /// Number of complete blobs.
    public var blobs: UInt64
    /// Total size of the blobs in bytes.
    public var blobBytes: UInt64
    /// Statistics by term, largest groups of a field first.
    public var groups: [Group]
    /// Number of models in each accuracy interval, from 0–10 % to 90–100 %.
    public var accuracies: [UInt64]
    /// Total parameters of all pretrained models.
    public var parameters: UInt64

    /// Makes statistics.
    public init(
        networks: UInt64, models: UInt64, datasets: UInt64, blobs: UInt64, blobBytes: UInt64, groups: [Group],
        accuracies: [UInt64], parameters: UInt64
    ) {
        self.networks = networks
        self.models = models
        self.datasets = datasets
        self.blobs = blobs
        self.blobBytes = blobBytes
        self.groups = groups
        self.accuracies = accuracies
        self.parameters = parameters
    }

    /// Decodes received statistics.
    package init(_ wire: Wire.CatalogStatistics) {
        self.init(
            networks: wire.networks, models: wire.models, datasets: wire.datasets, blobs: wire.blobs,
            blobBytes: wire.blobBytes, groups: wire.groups.map(Group.init), accuracies: wire.accuracies,
            parameters: wire.parameters)
    }
}

extension CatalogStatistics.Group {
    fileprivate init(_ wire: Wire.StatisticsGroup) {
        let isMeasured = wire.measured > 0
        self.init(
            field: wire.field, term: wire.term, networks: wire.networks, models: wire.models, bytes: wire.bytes,
            measured: wire.measured, meanAccuracy: isMeasured ? wire.meanAccuracy : nil,
            bestAccuracy: isMeasured ? wire.bestAccuracy : nil)
    }
}

extension Wire.CatalogStatistics {
    /// The statistics in wire form.
    package init(_ statistics: CatalogStatistics) {
        self.init(
            networks: statistics.networks, models: statistics.models, datasets: statistics.datasets,
            blobs: statistics.blobs, blobBytes: statistics.blobBytes,
            groups: statistics.groups.map { group in
                Wire.StatisticsGroup(
                    field: group.field, term: group.term, networks: group.networks, models: group.models,
                    bytes: group.bytes, measured: group.measured, meanAccuracy: group.meanAccuracy ?? 0,
                    bestAccuracy: group.bestAccuracy ?? 0)
            }, accuracies: statistics.accuracies, parameters: statistics.parameters)
    }
}
