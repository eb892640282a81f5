import CTorch
import Model
import Safetensors

/// How far a training is, and what the mini-batches of the epoch under way came to.
struct TrainingCourse {
    /// Mini-batches of an epoch.
    let batchesPerEpoch: Int
    /// Epochs that are complete.
    private(set) var finishedEpochs = 0
    /// Mini-batches done of the epoch that is under way.
    private(set) var finishedBatches = 0
    /// What they came to.
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

    /// Mini-batches in all.
    var steps: Int { epochs * batchesPerEpoch }
    /// Mini-batches that are done.
    var step: Int { finishedEpochs * batchesPerEpoch + finishedBatches }
    /// Mini-batches left of the epoch under way; none where all epochs are done.
    var batchesLeft: Int { finishedEpochs < epochs ? batchesPerEpoch - finishedBatches : 0 }

    /// Places of the samples of the mini-batch under way in the order of its epoch.
    var batchRange: Range<Int> {
        samples * finishedBatches / batchesPerEpoch..<samples * (finishedBatches + 1) / batchesPerEpoch
    }

    /// The order of the samples in the epoch under way.
    mutating func epochOrder() -> [Int32] {
        if order.isEmpty { order = SampleOrder.shuffled(samples, seed: seed, epoch: finishedEpochs) }
        return order
    }

    /// Notes that so many mini-batches are done, and what they came to besides.
    /// - Returns: the epoch, if that ended it.
    mutating func advance(by batches: Int, _ figures: gyrus_progress = gyrus_progress()) -> TrainingSession.Epoch? {
        progress.loss_sum += figures.loss_sum
        progress.correct += figures.correct
        progress.samples += figures.samples
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

    /// Goes to any mini-batch; the sums stay only within the epoch.
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

    /// The position, as a checkpoint notes it. Sums are written as their bits, so nothing is rounded.
    var position: [String: String] {
        [
            "seed": "\(seed)", "batches-per-epoch": "\(batchesPerEpoch)", "epochs": "\(finishedEpochs)",
            "batches": "\(finishedBatches)", "loss-bits": "\(progress.loss_sum.bitPattern)",
            "correct": "\(progress.correct)", "samples": "\(progress.samples)",
        ]
    }

    /// This training at the position of a checkpoint.
    /// - Throws: `Failure` with code `corrupt` where it is none of this training.
    func at(_ checkpoint: SafetensorsFile) throws -> TrainingCourse {
        func number(_ key: String) throws -> UInt64 {
            guard let value = checkpoint.metadata[key].flatMap(UInt64.init) else {
                throw Failure(
                    .corrupt, "'\(checkpoint.path)' is no checkpoint: its field '\(key)' is missing or no number.")
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
        var course = self
        course.start(epoch: Int(done), batches: Int(batches), progress)
        return course
    }
}
