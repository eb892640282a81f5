extension ScenarioFile {
    /// What only a parameter server does.
    private static let serverKeys = ["updates", "compression"]

    /// How several workers train a network together.
    /// - Returns: nil where one does alone.
    static func distribution(
        _ fields: FieldReader, batch: Int, _ learning: Learning
    ) throws -> Distribution? {
        let workers = try fields.integer("workers") ?? 1
        let leastKey = try key("min-workers", or: "least-workers", in: fields)
        let least = try fields.integer(leastKey, in: 1...max(1, workers))
        let kind = try fields.choice("distribution", of: Distribution.Kind.self)
        let synchronizationKey = try key("synchronization", or: "synchronisation", in: fields)
        let synchronization = try fields.choice(synchronizationKey, of: Distribution.Synchronisation.self)
        let interval = try fields.integer("interval")
        let microBatches = try fields.integer("micro-batches")
        if synchronization != .parameterServer, let key = serverKeys.first(where: fields.keys.contains) {
            throw fields.wrong(key, "it needs synchronization: parameter-server beside it.")
        }
        let updates = try updates(fields)
        let compression = try fields.choice("compression", of: Distribution.Compression.self)
        guard workers > 1 else {
            if let key = ScenarioField.distribution.names.first(where: { $0 != "workers" && fields.keys.contains($0) })
            {
                throw fields.wrong(key, "it needs several workers; add workers: 2 beside it, or leave it out.")
            }
            return nil
        }
        guard learning.isUsual else {
            throw fields.wrong(
                "workers", "only a network that learns from all labels can be trained by several; leave it out.")
        }
        if kind == .pipeline {
            let given = [(synchronizationKey, synchronization != nil), ("interval", interval != nil)]
            for (key, isGiven) in given where isGiven {
                throw fields.wrong(key, "the workers of a pipeline have no replicas to keep together; leave it out.")
            }
            guard least == nil else {
                throw fields.wrong(leastKey, "a pipeline needs all of its workers; leave it out.")
            }
            return try pipeline(fields, workers: workers, batch: batch, microBatches)
        }
        guard microBatches == nil else {
            throw fields.wrong(
                "micro-batches", "they go through a pipeline; add distribution: pipeline, or leave it out.")
        }
        guard workers <= batch else {
            throw fields.wrong(
                "workers", "\(workers) workers cannot share a batch of \(batch) samples; take a larger batch.")
        }
        return Distribution(
            workers: workers, leastWorkers: least, kind: kind ?? .dataParallel,
            synchronisation: synchronization ?? .allReduce,
            interval: interval ?? 8, updates: updates, compression: compression ?? .none)
    }

    /// The key that a file names a field by: the present one, or the one that older files have.
    private static func key(_ name: String, or older: String, in fields: FieldReader) throws -> String {
        guard fields.keys.contains(older) else { return name }
        guard !fields.keys.contains(name) else {
            throw fields.wrong(older, "it is an older name of \(name), which is given as well; leave one of them out.")
        }
        return older
    }

    private static func updates(_ fields: FieldReader) throws -> Distribution.Updates {
        guard let text = try fields.text("updates") else { return .synchronous }
        guard let updates = Distribution.Updates(text) else {
            let range = Distribution.Updates.stalenessRange
            throw fields.wrong(
                "updates",
                "'\(text)' is none of synchronous, staleness N (\(range.lowerBound) to \(range.upperBound)), "
                    + "delay-compensated.")
        }
        return updates
    }

    private static func pipeline(
        _ fields: FieldReader, workers: Int, batch: Int, _ microBatches: Int?
    ) throws -> Distribution {
        let count = microBatches ?? min(Distribution.usualMicroBatches, batch)
        guard count <= batch else {
            throw fields.wrong(
                "micro-batches", "a batch of \(batch) samples cannot be split into \(count) parts; take a larger batch."
            )
        }
        return Distribution(workers: workers, kind: .pipeline, microBatches: count)
    }
}
