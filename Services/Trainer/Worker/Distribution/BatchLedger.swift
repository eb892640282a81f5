import Torch

/// A mini-batch of an epoch.
struct BatchPlace: Hashable, Comparable {
    /// Epoch, from 0.
    var epoch: Int
    /// Number in it, from 0.
    var batch: Int

    static func < (left: BatchPlace, right: BatchPlace) -> Bool {
        (left.epoch, left.batch) < (right.epoch, right.batch)
    }
}

/// Which worker does which mini-batch, where each takes the next one when it is free.
///
/// A worker has one at a time. What one had that is gone, or that asks again without having done it, is given to another, so
/// that every mini-batch counts once; nobody waits for the slowest, and the fast do more. It decides and does nothing.
struct BatchLedger {
    /// Epochs that are complete.
    private(set) var finishedEpochs: Int
    /// What each complete epoch came to.
    private(set) var results: [Int: BatchFigures] = [:]

    private let batches: Int
    private let epochs: Int
    private var next: BatchPlace
    private var returned: Set<BatchPlace> = []
    private var claims: [String: BatchPlace] = [:]
    private var done: [Int: Int]
    private var sums: [Int: BatchFigures] = [:]

    /// - Parameters:
    ///   - epochs: Epochs after which it is over.
    ///   - start: The mini-batch to begin with; those before it count as done.
    init(batchesPerEpoch: Int, epochs: Int, from start: BatchPlace) {
        batches = batchesPerEpoch
        self.epochs = epochs
        next = start
        finishedEpochs = start.epoch
        done = [start.epoch: start.batch]
    }

    /// Whether all epochs are complete.
    var isOver: Bool { finishedEpochs >= epochs }

    /// Where a training that went on from here would begin.
    var position: BatchPlace { BatchPlace(epoch: finishedEpochs, batch: done[finishedEpochs] ?? 0) }

    /// A worker has done a mini-batch; counts only if it still had it.
    mutating func finish(_ place: BatchPlace, by worker: String, _ figures: BatchFigures) {
        guard claims[worker] == place else { return }
        claims[worker] = nil
        done[place.epoch, default: 0] += 1
        sums[place.epoch, default: BatchFigures()] += figures
        while done[finishedEpochs] == batches {
            results[finishedEpochs] = sums.removeValue(forKey: finishedEpochs)
            done[finishedEpochs] = nil
            finishedEpochs += 1
        }
    }

    /// Gives a worker a mini-batch; nil if there is none at the moment.
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

    /// Takes back what workers have that are not among these.
    mutating func keep(_ workers: Set<String>) {
        for worker in claims.keys where !workers.contains(worker) { release(worker) }
    }

    private mutating func release(_ worker: String) {
        if let place = claims.removeValue(forKey: worker) { returned.insert(place) }
    }
}
