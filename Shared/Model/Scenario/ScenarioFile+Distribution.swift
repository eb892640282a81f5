extension ScenarioFile {
    static let distributionKeys = ["workers", "distribution", "synchronisation", "interval"]

    /// How several workers train a network together.
    /// - Returns: nil where one does alone.
    static func distribution(
        _ fields: FieldReader, batch: Int, _ learning: Learning
    ) throws -> Distribution? {
        let workers = try fields.integer("workers", in: 1...Distribution.workersRange.upperBound) ?? 1
        let kind = try fields.choice("distribution", of: Distribution.Kind.self)
        let synchronisation = try fields.choice("synchronisation", of: Distribution.Synchronisation.self)
        let interval = try fields.integer("interval", in: Distribution.intervalRange)
        guard workers > 1 else {
            for (key, isGiven) in [("distribution", kind != nil), ("synchronisation", synchronisation != nil)]
            where isGiven {
                throw fields.wrong(key, "it needs several workers; add workers: 2 beside it, or leave it out.")
            }
            return nil
        }
        guard learning.isUsual else {
            throw fields.wrong(
                "workers", "only a network that learns from all labels can be trained by several; leave it out.")
        }
        guard workers <= batch else {
            throw fields.wrong(
                "workers", "\(workers) workers cannot share a batch of \(batch) samples; take a larger batch.")
        }
        return Distribution(
            workers: workers, kind: kind ?? .dataParallel, synchronisation: synchronisation ?? .allReduce,
            interval: interval ?? 8)
    }
}
