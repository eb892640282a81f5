package import Schema

/// What the registry holds, in numbers.
public struct CatalogueStatistics: Hashable, Sendable, Codable {
    /// The models and networks that have a term in common.
    public struct Group: Hashable, Sendable, Codable {
        /// Dictionary of the term (`areas`, `functions`, `categories`, `datasets`, `optimizers`, `platforms`), or `stages`.
        public var field: String
        /// The term.
        public var term: String
        /// Base networks.
        public var networks: UInt64
        /// Pretrained models.
        public var models: UInt64
        /// Size of the models' files; a file that several models share counts for each.
        public var bytes: UInt64
        /// Models whose accuracy is known.
        public var measured: UInt64
        /// Mean accuracy of those; nil if there are none.
        public var meanAccuracy: Double?
        /// Best accuracy of those; nil if there are none.
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

    /// Base networks.
    public var networks: UInt64
    /// Pretrained models.
    public var models: UInt64
    /// Prepared datasets.
    public var datasets: UInt64
    /// Complete blobs.
    public var blobs: UInt64
    /// Size of all blobs.
    public var blobBytes: UInt64
    /// The same by term, the largest groups of a field first.
    public var groups: [Group]
    /// Models whose accuracy lies in each tenth, from 0–10 % to 90–100 %.
    public var accuracies: [UInt64]
    /// Parameters of all pretrained models together.
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

    /// The statistics that were received.
    package init(_ wire: Wire.CatalogueStatistics) {
        self.init(
            networks: wire.networks, models: wire.models, datasets: wire.datasets, blobs: wire.blobs,
            blobBytes: wire.blobBytes, groups: wire.groups.map(Group.init), accuracies: wire.accuracies,
            parameters: wire.parameters)
    }
}

extension CatalogueStatistics.Group {
    fileprivate init(_ wire: Wire.StatisticsGroup) {
        let isMeasured = wire.measured > 0
        self.init(
            field: wire.field, term: wire.term, networks: wire.networks, models: wire.models, bytes: wire.bytes,
            measured: wire.measured, meanAccuracy: isMeasured ? wire.meanAccuracy : nil,
            bestAccuracy: isMeasured ? wire.bestAccuracy : nil)
    }
}

extension Wire.CatalogueStatistics {
    /// The statistics as they are sent.
    package init(_ statistics: CatalogueStatistics) {
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
