extension ScenarioFile {
    /// Fields that apply only to a parameter server.
    private static let serverKeys = ["updates", "compression"]

    /// How several workers train a network together.
    /// - Returns: nil if one worker trains it alone.
    static func distribution(
        _ fields: FieldReader, batch: Int, _ learning: Learning
    ) throws -> Distribution? {
        let workers = try fields.integer("workers") ?? 1
        let leastKey = try key("min-workers", or: "least-workers", in: fields)
        let least = try fields.integer(leastKey, in: 1...max(1, workers))
        let kind = try fields.choice("distribution", of: Distribution.Kind.self)
        let synchronizationKey = try key("synchronization", or: "synchronisation", in: fields)
        let synchronization = try fields.choice(synchronizationKey, of: Distribution.Synchronization.self)
        let interval = try fields.integer("interval")
        let microBatches = try fields.integer("micro-batches")
        if synchronization != .parameterServer, let key = serverKeys.first(where: fields.keys.contains) {
            throw fields.wrong(key, "requires synchronization: parameter-server.")
        }
        let updates = try updates(fields)
        let compression = try fields.choice("compression", of: Distribution.Compression.self)
        guard workers > 1 else {
            if let key = ScenarioField.distribution.names.first(where: { $0 != "workers" && fields.keys.contains($0) })
            {
                throw fields.wrong(key, "requires several workers; add workers: 2, or leave it out.")
            }
            return nil
        }
        guard learning.isUsual else {
            throw fields.wrong(
                "workers", "only a network that learns from all labels can be trained by several workers; leave it out."
            )
        }
        if kind == .pipeline {
            let given = [(synchronizationKey, synchronization != nil), ("interval", interval != nil)]
            for (key, isGiven) in given where isGiven {
                throw fields.wrong(key, "the workers of a pipeline have no replicas to synchronize; leave it out.")
            }
            guard least == nil else {
                throw fields.wrong(leastKey, "a pipeline needs all its workers; leave it out.")
            }
            return try pipeline(fields, workers: workers, batch: batch, microBatches)
        }
        guard microBatches == nil else {
            throw fields.wrong(
                "micro-batches", "only a pipeline uses them; add distribution: pipeline, or leave it out.")
        }
        guard workers <= batch else {
            throw fields.wrong(
                "workers", "\(workers) workers cannot share a batch of \(batch) samples; use a larger batch.")
        }
        return Distribution(
            workers: workers, minWorkers: least, kind: kind ?? .dataParallel,
            synchronization: synchronization ?? .allReduce,
            interval: interval ?? 8, updates: updates, compression: compression ?? .none)
    }

    /// The key that a file uses for a field: the current one, or the one of older files.
    private static func key(_ name: String, or older: String, in fields: FieldReader) throws -> String {
        guard fields.keys.contains(older) else { return name }
        guard !fields.keys.contains(name) else {
            throw fields.wrong(older, "this is the former name of \(name), which is also given; leave one of them out.")
        }
        return older
    }

    private static func updates(_ fields: FieldReader) throws -> Distribution.Updates {
        guard let text = try fields.text("updates") else { return .synchronous }
        guard let updates = Distribution.Updates(text) else {
            let range = Distribution.Updates.stalenessRange
            throw fields.wrong(
                "updates",
                "'\(text)' is not one of synchronous, staleness N (\(range.lowerBound) to \(range.upperBound)), "
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
                "micro-batches", "a batch of \(batch) samples cannot be split into \(count) parts; use a larger batch."
            )
        }
        return Distribution(workers: workers, kind: .pipeline, microBatches: count)
    }
}
