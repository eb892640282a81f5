import Torch

/// A mini-batch of an epoch.
struct BatchPlace: Hashable, Comparable {
    /// Epoch, from 0.
    var epoch: Int
    /// Number within the epoch, from 0.
    var batch: Int

    static func < (left: BatchPlace, right: BatchPlace) -> Bool {
        (left.epoch, left.batch) < (right.epoch, right.batch)
    }
}

/// Assigns mini-batches to workers: each takes the next one when it is free.
///
/// A worker has one mini-batch at a time. If it leaves, or asks again without having done it, another worker gets it,
/// so that every mini-batch counts once. Nobody waits for the slowest, and fast workers do more. The ledger only
/// decides; it performs no work.
struct BatchLedger {
    /// Number of complete epochs.
    private(set) var finishedEpochs: Int
    /// The statistics of each complete epoch.
    private(set) var results: [Int: BatchStatistics] = [:]

    private let batches: Int
    private let epochs: Int
    private var next: BatchPlace
    private var returned: Set<BatchPlace> = []
    private var claims: [String: BatchPlace] = [:]
    private var done: [Int: Int]
    private var sums: [Int: BatchStatistics] = [:]

    /// - Parameters:
    ///   - epochs: Total number of epochs.
    ///   - start: The first mini-batch; earlier ones count as done.
    init(batchesPerEpoch: Int, epochs: Int, from start: BatchPlace) {
        batches = batchesPerEpoch
        self.epochs = epochs
        next = start
        finishedEpochs = start.epoch
        done = [start.epoch: start.batch]
    }

    /// Whether all epochs are complete.
    var isOver: Bool { finishedEpochs >= epochs }

    /// Where a resumed training would begin.
    var position: BatchPlace { BatchPlace(epoch: finishedEpochs, batch: done[finishedEpochs] ?? 0) }

    /// Records that a worker has done a mini-batch; counts only if the worker still had it.
    mutating func finish(_ place: BatchPlace, by worker: String, _ statistics: BatchStatistics) {
        guard claims[worker] == place else { return }
        claims[worker] = nil
        done[place.epoch, default: 0] += 1
        sums[place.epoch, default: BatchStatistics()] += statistics
        while done[finishedEpochs] == batches {
            results[finishedEpochs] = sums.removeValue(forKey: finishedEpochs)
            done[finishedEpochs] = nil
            finishedEpochs += 1
        }
    }

    /// Assigns a mini-batch to a worker; nil if there is none at the moment.
    mutating func claim(for worker: String) -> BatchPlace? {
        release(worker)
        let place = returned.min() ?? next
        guard place.epoch < epochs else { return nil }
        if returned.remove(place) == nil {
            next =
                place.batch + 1 < batches
                ? BatchPlace(epoch: place.epoch, batch: place.batch + 1) : BatchPlace(epoch: place.epoch + 1, batch: 0)
        }
        claims[worker] = place
        return place
    }

    /// Takes back the mini-batches of workers that are not among these.
    mutating func keep(_ workers: Set<String>) {
        for worker in claims.keys where !workers.contains(worker) { release(worker) }
    }

    private mutating func release(_ worker: String) {
        if let place = claims.removeValue(forKey: worker) { returned.insert(place) }
    }
}
