import Datasets
import Foundation
import Glibc
import Model
import Networks
import Preparation
import Torch

/// A pretrained model as it is, the same model fine-tuned, and fresh structures that get the processor time of the
/// fine-tuning; and features that are computed once or in each trial.
struct PretrainedTuning {
    let work: PretrainedStudy.Work
    let scratch: URL
    /// Seconds that fine-tuning may take.
    let seconds: Double

    /// Accuracies on the test split, with their standard errors, and processor seconds.
    struct Result {
        var test = 0.0, error = 0.0, processorSeconds = 0.0
        var note = ""

        var text: String { String(format: "%.1f ± %.1f, %.0f s", 100 * test, 100 * error, processorSeconds) + note }
    }

    /// Processor time of this process and of ended children.
    private static var processorSeconds: Double {
        [RUSAGE_SELF, RUSAGE_CHILDREN].reduce(0) { sum, who in
            var usage = rusage()
            getrusage(who.rawValue, &usage)
            let times = [usage.ru_utime, usage.ru_stime]
            return times.reduce(sum) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        }
    }

    /// The row of a set.
    func row(_ set: PretrainedSet, _ model: PretrainedModelOnShelf) throws -> String {
        let prepared = try set.prepared(atMost: work.samples, in: scratch)
        let request = try prepared.request(model)
        let frozen = try measured { try self.probe(prepared, request, set) }
        var tuning: Tuning?
        var reason: String?
        var tuned = try measured {
            let file = scratch.appending(path: "\(set.name) tuned.pt")
            do {
                tuning = try NetworkTuner(rows: prepared.rows, request: TuningRequest(view: request, seconds: seconds))
                    .tune(to: file)
            } catch let failure as Failure where failure.code == .deadlineExceeded {
                reason = failure.message
                return Result()
            }
            var tuned = request
            tuned.file = file
            tuned.script = BlobDigest(hashing: [UInt8](try Data(contentsOf: file)))
            tuned.name = PreparedView.name(
                modality: prepared.modality, script: tuned.script, contract: tuned.script)
            return try self.probe(prepared, tuned, set)
        }
        if let tuning {
            tuned.note = ", epoch \(tuning.bestEpoch) of \(tuning.epochs)" + (tuning.rank.map { ", rank \($0)" } ?? "")
        }
        let fresh = try measured {
            try self.fresh(
                prepared, set, budget: max(frozen.processorSeconds, tuned.processorSeconds))
        }
        let counts = prepared.manifest.samples
        let tunedText = reason ?? tuned.text
        return "| \(set.name) | \(counts.training), \(counts.test) | \(model.name) | \(frozen.text) | \(tunedText) | "
            + "\(fresh.text) |"
    }

    private func measured(_ body: () throws -> Result) throws -> Result {
        let start = Self.processorSeconds
        var result = try body()
        result.processorSeconds = Self.processorSeconds - start
        return result
    }

    private func probe(_ prepared: PretrainedSet.Prepared, _ request: ViewRequest, _ set: PretrainedSet) throws
        -> Result
    {
        let file = scratch.appending(path: "\(set.name) \(request.name).safetensors").path
        let outcome = try ViewPreparer(rows: prepared.rows, request: request).prepare(to: file)
        let network = try head(on: file, outcome, prepared, request, set)
        let test = try prepared.data.source(.test, with: [PreparedDataset(opening: file)])
        return Self.result(try network.evaluate(on: test).accuracy, test.count)
    }

    /// A head that was trained on the features in a file.
    private func head(
        on file: String, _ outcome: ViewPreparer.Outcome, _ prepared: PretrainedSet.Prepared, _ request: ViewRequest,
        _ set: PretrainedSet
    ) throws -> ScriptedNetwork {
        let training = try prepared.data.source(.training, with: [PreparedDataset(opening: file)])
        let head = try PretrainedStudy.head(request.name, outcome, set.kind, outputs: training.target.outputs)
        let session = try PretrainedStudy.session(
            head, .init(rule: .adam, learningRate: 3e-3), epochs: work.probeEpochs, training, seed: 1)
        while !session.isFinished { try session.finishEpoch() }
        return session.network
    }

    private static func result(_ accuracy: Double, _ count: Int) -> Result {
        Result(test: accuracy, error: (accuracy * (1 - accuracy) / Double(max(1, count))).squareRoot())
    }

    /// The structure that validates best of those trained within a budget of processor time. Each round gives every
    /// structure twice the epochs of the round before.
    private func fresh(_ prepared: PretrainedSet.Prepared, _ set: PretrainedSet, budget: Double) throws -> Result {
        let (training, validation) = (try prepared.data.source(.training), try prepared.data.source(.validation))
        let test = try prepared.data.source(.test)
        let start = Self.processorSeconds
        var best: (network: ScriptedNetwork, accuracy: Double, note: String)?
        var epochs = work.freshEpochs
        var isOver = false
        while !isOver, let signature = prepared.signature {
            for name in PretrainedStudy.fresh[set.kind] ?? [] where !isOver {
                guard let family = StructureFamily.named(name) else { continue }
                let network = try family.network(input: prepared.modality, signature, outputs: training.target.outputs)
                let session = try PretrainedStudy.session(
                    network, .init(rule: .adamw, learningRate: 2e-3, weightDecay: 1e-2), epochs: epochs, training,
                    seed: UInt64(epochs))
                while !session.isFinished, !isOver {
                    try session.finishEpoch()
                    isOver = Self.processorSeconds - start > budget
                }
                let accuracy = try session.network.evaluate(on: validation).accuracy
                if accuracy > best?.accuracy ?? -1 { best = (session.network, accuracy, ", \(name)") }
            }
            epochs *= 2
        }
        guard let best else { return Result() }
        var result = Self.result(try best.network.evaluate(on: test).accuracy, test.count)
        result.note = best.note
        return result
    }

    /// Wall time of trials that read stored features beside trials that compute them, one after the other.
    func caching(_ set: PretrainedSet, _ model: PretrainedModelOnShelf, rounds: Int) throws -> String {
        let prepared = try set.prepared(atMost: work.samples, in: scratch)
        let request = try prepared.request(model)
        let stored = scratch.appending(path: "stored.safetensors").path
        let outcome = try ViewPreparer(rows: prepared.rows, request: request).prepare(to: stored)
        var cached: [Double] = [], computed: [Double] = []
        for _ in 0..<rounds {
            let start = ContinuousClock.now
            _ = try head(on: stored, outcome, prepared, request, set)
            let middle = ContinuousClock.now
            let file = scratch.appending(path: "computed.safetensors").path
            let fresh = try ViewPreparer(rows: prepared.rows, request: request).prepare(to: file)
            _ = try head(on: file, fresh, prepared, request, set)
            cached.append((middle - start) / .seconds(1))
            computed.append((ContinuousClock.now - middle) / .seconds(1))
        }
        let ratios = zip(computed, cached).map { $0 / $1 }.sorted()
        return String(
            format: "%@, %@: a trial takes %.2f s with stored features and %.2f s if it computes them (medians of %d); "
                + "ratio %.0f (%.0f to %.0f)", set.name, model.name, cached.sorted()[rounds / 2],
            computed.sorted()[rounds / 2], rounds, ratios[rounds / 2], ratios[0], ratios[rounds - 1])
    }
}
