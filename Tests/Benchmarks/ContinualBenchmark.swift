import ArgumentParser
import Datasets
import Foundation
import Model
import Networks
import Torch

/// How much each method of continual learning retains, on sequences of real data.
struct ContinualBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "continual",
        abstract: "Measure accuracy, forgetting and forward transfer of each method on split MNIST and new speakers.",
        discussion: """
            Split MNIST: five parts of two digits each, in sequence. Class-incremental: which of all ten digits it is; \
            task-incremental: which of the two. Speakers of FSDD: the same ten digits by one speaker after another. \
            Accuracy is the mean over all parts at the end. Forgetting is how much of its best accuracy a part has lost, \
            averaged over all parts but the last. Forward transfer is the accuracy on a part before it is learned, minus \
            that of fresh weights. All are measured on test samples.
            """)

    @Option(help: "Folder of the raw data.")
    var data: String?

    @Option(parsing: .upToNextOption, help: "Methods: replay, distillation, ewc, fine-tuning.")
    var methods = ContinualMethod.allCases.map(\.rawValue)

    @Option(help: "Maximum number of earlier samples that are learned again.")
    var memory = 2000

    @Option(help: "Epochs for each part.")
    var epochs = 3

    @Option(help: "Number of orders of the digits: the natural one, then random ones.")
    var orders = 3

    @Option(help: "Number of training samples of each part.")
    var samples = 2000

    func run() async throws {
        let methods = try methods.map { name in
            guard let method = ContinualMethod(rawValue: name) else {
                throw ValidationError("there is no method '\(name)'")
            }
            return method
        }
        let digits = try (0..<orders).map(digits)
        let speakers = try ["george", "jackson", "lucas", "nicolas", "theo"].map { speaker in
            try sources(
                DatasetRecipe(
                    modalities: ["audio": .init(dataset: "fsdd", spectrogram: 64)],
                    counts: .init(training: 400, validation: 1, test: 50), speakers: [speaker]))
        }
        print(
            "continual: accuracy, forgetting (lowest to highest of \(orders) orders), forward transfer in points; at most "
                + "\(memory) earlier samples")
        for method in methods {
            for isTask in [false, true] {
                let name = isTask ? "split MNIST, task-incremental" : "split MNIST, class-incremental"
                report(name, method, try digits.map { try course(method, $0, amongOwn: isTask, epochs) })
            }
            report("new FSDD speakers", method, [try course(method, speakers, amongOwn: false, 4 * epochs)])
        }
    }

    /// Five parts of two digits each: in their natural order, or in a random one.
    private func digits(order: Int) throws -> [Part] {
        var generator = SplitMix64(seed: UInt64(order))
        var labels = Array(0..<10)
        if order > 0 { generator.shuffle(&labels) }
        return try stride(from: 0, to: labels.count, by: 2).map { start in
            try sources(
                DatasetRecipe(
                    modalities: ["image": .init(dataset: "mnist")],
                    counts: .init(training: samples, validation: 1, test: 600),
                    labels: labels[start..<start + 2].sorted()))
        }
    }

    private typealias Part = (training: SampleSource, test: SampleSource)

    private func sources(_ recipe: DatasetRecipe) throws -> Part {
        let file = FileManager.default.temporaryDirectory.appending(path: "gyrus-part-\(recipe.id.prefix(12))")
        try DatasetPreparer(locator: DataLocator(folder: data)).prepare(recipe, to: file.path)
        defer { try? FileManager.default.removeItem(at: file) }
        let dataset = try PreparedDataset(opening: file.path)
        return (try dataset.source(.training), try dataset.source(.test))
    }

    /// Accuracy on each part after each part was learned; first with fresh weights.
    private func course(
        _ method: ContinualMethod, _ parts: [Part], amongOwn: Bool, _ epochs: Int
    ) throws -> [[Double]] {
        guard let modality = parts.first?.training.modalities.first else { return [] }
        let network = try TableSix.leNet3.network(input: modality.name, shape: modality.shape, classes: 10)
        var current = try ScriptedNetwork(network, seed: 1)
        var course = [try accuracies(current, parts, amongOwn)]
        for (number, part) in parts.enumerated() {
            let plan = try TrainingPlan(
                optimizers: [.init(rule: .adam, learningRate: 0.001)], epochs: epochs, batch: 32, seed: 1)
            let training = ContinualTraining(
                network: network, parent: current, method: number == 0 ? .fineTuning : method, memory: memory)
            let session = try training.session(
                on: part.training, earlier: parts.prefix(number).map(\.training), plan: plan)
            while !session.isFinished { try session.finishEpoch() }
            current = session.network
            course.append(try accuracies(current, parts, amongOwn))
        }
        return course
    }

    private func accuracies(_ network: ScriptedNetwork, _ parts: [Part], _ amongOwn: Bool) throws -> [Double] {
        try parts.map { part in
            let classes = amongOwn ? Set(part.test.labels ?? []).map(Int.init) : Array(0..<part.test.target.outputs)
            let outputs = try network.outputs(for: part.test, width: part.test.target.outputs)
            let right = zip(outputs, part.test.labels ?? []).count { output, label in
                classes.max { output[$0] < output[$1] } == Int(label)
            }
            return Double(right) / Double(part.test.count)
        }
    }

    /// One line for a method: means over the orders, and the range of forgetting.
    private func report(_ sequence: String, _ method: ContinualMethod, _ courses: [[[Double]]]) {
        let figures = courses.map(Self.figures)
        let forgetting = figures.map(\.forgetting)
        print(
            String(
                format: "%@, %@: %.1f %%, %.1f (%.1f to %.1f), %.1f", sequence, method.rawValue,
                KnowledgeBenchmark.mean(figures.map(\.accuracy)), KnowledgeBenchmark.mean(forgetting),
                forgetting.min() ?? 0, forgetting.max() ?? 0, KnowledgeBenchmark.mean(figures.map(\.transfer))))
    }

    /// Accuracy, forgetting and forward transfer in points.
    private static func figures(
        of course: [[Double]]
    ) -> (accuracy: Double, forgetting: Double, transfer: Double) {
        guard let fresh = course.first, let end = course.last else { return (0, 0, 0) }
        let learned = course.dropFirst()
        let lost = end.indices.dropLast().map { part in (learned.map { $0[part] }.max() ?? 0) - end[part] }
        let ahead = end.indices.dropFirst().map { part in course[part][part] - fresh[part] }
        let mean = KnowledgeBenchmark.mean
        return (100 * mean(end), 100 * mean(lost), 100 * mean(ahead))
    }
}
