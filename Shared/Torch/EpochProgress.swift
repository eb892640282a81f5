import CTorch
import Model
import Safetensors

/// The progress of a training, and the statistics of the mini-batches of the current epoch.
struct EpochProgress {
    /// Number of mini-batches per epoch.
    let batchesPerEpoch: Int
    /// Number of complete epochs.
    private(set) var finishedEpochs = 0
    /// Number of mini-batches of the current epoch that are done.
    private(set) var finishedBatches = 0
    /// Their statistics.
    var progress = gyrus_progress()

    private let seed: UInt64
    private let epochs: Int
    private let samples: Int
    private var order: [Int32] = []

    init(_ plan: TrainingPlan, samples: Int) {
        seed = plan.seed
        epochs = plan.epochs
        self.samples = samples
        batchesPerEpoch = (samples + plan.batch - 1) / plan.batch
    }

    /// Total number of mini-batches.
    var steps: Int { epochs * batchesPerEpoch }
    /// Number of mini-batches that are done.
    var step: Int { finishedEpochs * batchesPerEpoch + finishedBatches }
    /// Number of mini-batches left in the current epoch; zero if all epochs are done.
    var batchesLeft: Int { finishedEpochs < epochs ? batchesPerEpoch - finishedBatches : 0 }

    /// Positions of the samples of the current mini-batch in the order of its epoch.
    var batchRange: Range<Int> {
        samples * finishedBatches / batchesPerEpoch..<samples * (finishedBatches + 1) / batchesPerEpoch
    }

    /// The order of the samples in the current epoch.
    mutating func epochOrder() -> [Int32] {
        if order.isEmpty { order = SampleOrder.shuffled(samples, seed: seed, epoch: finishedEpochs) }
        return order
    }

    /// Records that a number of mini-batches are done, with their statistics.
    /// - Returns: the epoch, if that ended it.
    mutating func advance(by batches: Int, _ statistics: gyrus_progress = gyrus_progress()) -> TrainingSession.Epoch? {
        progress.loss_sum += statistics.loss_sum
        progress.correct += statistics.correct
        progress.samples += statistics.samples
        finishedBatches += batches
        return finishedBatches == batchesPerEpoch ? endEpoch() : nil
    }

    private mutating func endEpoch() -> TrainingSession.Epoch {
        let seen = Double(max(1, progress.samples))
        let epoch = TrainingSession.Epoch(
            number: finishedEpochs + 1, loss: progress.loss_sum / seen, accuracy: Double(progress.correct) / seen)
        start(epoch: finishedEpochs + 1, batches: 0, gyrus_progress())
        return epoch
    }

    /// Moves to any mini-batch; the sums are kept only within the epoch.
    mutating func go(toEpoch epoch: Int, batch: Int) {
        if epoch != finishedEpochs { start(epoch: epoch, batches: batch, gyrus_progress()) }
        finishedBatches = batch
    }

    private mutating func start(epoch: Int, batches: Int, _ progress: gyrus_progress) {
        finishedEpochs = epoch
        finishedBatches = batches
        order = []
        self.progress = progress
    }

    // MARK: - Checkpoints

    /// The position, in the form stored in a checkpoint. Sums are written as bits, so nothing is rounded.
    var position: [String: String] {
        [
            "seed": "\(seed)", "batches-per-epoch": "\(batchesPerEpoch)", "epochs": "\(finishedEpochs)",
            "batches": "\(finishedBatches)", "loss-bits": "\(progress.loss_sum.bitPattern)",
            "correct": "\(progress.correct)", "samples": "\(progress.samples)",
        ]
    }

    /// This training at the position of a checkpoint.
    /// - Throws: `Failure` with code `corrupt` if the checkpoint is not of this training.
    func at(_ checkpoint: SafetensorsFile) throws -> EpochProgress {
        func number(_ key: String) throws -> UInt64 {
            guard let value = checkpoint.metadata[key].flatMap(UInt64.init) else {
                throw Failure(
                    .corrupt, "'\(checkpoint.path)' is not a checkpoint: its field '\(key)' is missing or not a number."
                )
            }
            return value
        }
        let fits = try number("seed") == seed && number("batches-per-epoch") == UInt64(batchesPerEpoch)
        let (done, batches) = (try number("epochs"), try number("batches"))
        guard fits, done <= UInt64(epochs), batches < UInt64(max(1, batchesPerEpoch)) else {
            throw Failure(.corrupt, "'\(checkpoint.path)' is a checkpoint of another training.")
        }
        let progress = gyrus_progress(
            loss_sum: Double(bitPattern: try number("loss-bits")), correct: Int64(clamping: try number("correct")),
            samples: Int64(clamping: try number("samples")))
        var restored = self
        restored.start(epoch: Int(done), batches: Int(batches), progress)
        return restored
    }
}
