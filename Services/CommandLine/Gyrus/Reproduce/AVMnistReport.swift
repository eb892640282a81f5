import Foundation
import Model
import Networks
import Search

/// The experiment's tables next to the published ones, in Markdown, with a chart for each split.
struct AVMnistReport {
    typealias Case = AVMnistExperiment.Case
    typealias Outcome = AVMnistRunner.Outcome

    /// Mean and standard error over seeds.
    struct Statistic {
        let mean: Double
        /// Standard error of the mean; nil for a single value.
        let error: Double?

        init(_ values: [Double]) {
            let count = Double(max(1, values.count))
            let mean = values.reduce(0, +) / count
            self.mean = mean
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            error = values.count > 1 ? (squares / (count - 1) / count).squareRoot() : nil
        }

        var text: String {
            let error = error.map { " ± " + String(format: "%.2f", 100 * $0) } ?? ""
            return String(format: "%.2f", 100 * mean) + error
        }
    }

    let experiment: AVMnistExperiment
    let outcomes: [Case: Outcome]
    let minutes: Double

    static func percent(_ share: Double) -> String { String(format: "%.2f %%", 100 * share) }

    /// The whole report.
    var text: String {
        let splits = DatasetRecipe.Split.allCases.map(section)
        return """
            # Audio-visual MNIST

            \(experiment.seeds.count) seed(s) from \(experiment.seeds.lowerBound) on: \(experiment.scale.text). \(String(format: "%.1f", minutes)) minutes in this run.

            Accuracy on the test split in percent, mean ± standard error, with the source paper's value in parentheses. Nothing
            was chosen by the test split. Both splits use the image networks of the recording split.

            The paper's values are only a rough reference, because its networks and data differ. Our structures have
            batch normalization after each convolution, one pooling layer less in SparseNet, and He initialization. The paper
            does not report its noise level, number of principal components or number of samples. The standard error is over
            seeds that share their test recordings, so it does not include the error from having few recordings.

            \(splits.joined(separator: "\n\n"))

            """
    }

    /// Writes the report and charts to a folder.
    func write(to folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try text.write(to: folder.appending(path: "report.md"), atomically: true, encoding: .utf8)
            for split in DatasetRecipe.Split.allCases {
                let picture = AVMnistPicture(bars: bars(split))
                try picture.text.write(
                    to: folder.appending(path: "\(split.rawValue).svg"), atomically: true, encoding: .utf8)
            }
        } catch {
            throw Failure(
                .unavailable, "Cannot write the report to '\(folder.path)': \(error.systemReason)")
        }
    }

    // MARK: Tables

    private func section(_ split: DatasetRecipe.Split) -> String {
        let names = TableSix.allCases.map(\.rawValue).joined(separator: " | ")
        let rule = "| --- |" + String(repeating: " --- |", count: TableSix.allCases.count)
        let alone = ["image", "audio"].map { modality in
            "| \(modality) | " + TableSix.allCases.map { cell(modality, $0, split) }.joined(separator: " | ") + " |"
        }
        let fused = TableSix.allCases.map { image in
            "| \(image.rawValue) | "
                + TableSix.allCases.map { cell(image, $0, split) }.joined(separator: " | ") + " |"
        }
        return """
            ## Split by \(split.rawValue)

            Unimodal networks (table 7):

            | | \(names) |
            \(rule)
            \(alone.joined(separator: "\n"))

            Fused networks, image in rows, audio in columns (table 8):

            | | \(names) |
            \(rule)
            \(fused.joined(separator: "\n"))

            ![image + audio](\(split.rawValue).svg)

            \(summary(split))
            """
    }

    private func cell(_ modality: String, _ structure: TableSix, _ split: DatasetRecipe.Split) -> String {
        let values = test(structure, structure, split).map { modality == "image" ? $0.image : $0.audio }
        let published = PublishedAVMnist.alone[modality]?[structure]
        return Statistic(values).text + (published.map { " (\($0))" } ?? "")
    }

    private func cell(_ image: TableSix, _ audio: TableSix, _ split: DatasetRecipe.Split) -> String {
        guard image != audio else { return "–" }
        let values = test(image, audio, split).map(\.fused)
        let published = PublishedAVMnist.fused[image]?[audio]
        return Statistic(values).text + (published.map { String(format: " (%.2f)", $0) } ?? "")
    }

    private func test(_ image: TableSix, _ audio: TableSix, _ split: DatasetRecipe.Split) -> [Outcome.Accuracy] {
        experiment.seeds.compactMap {
            outcomes[Case(split: split, seed: $0, image: image, audio: audio)]?.test
        }
    }

    // MARK: What follows

    private func bars(_ split: DatasetRecipe.Split) -> [AVMnistPicture.Bar] {
        TableSix.allCases.flatMap { image in
            TableSix.allCases.filter { $0 != image }.map { audio in
                let test = test(image, audio, split)
                return AVMnistPicture.Bar(
                    name: "\(image.rawValue) + \(audio.rawValue)", better: Statistic(test.map(\.better)).mean,
                    fused: Statistic(test.map(\.fused)).mean, published: PublishedAVMnist.fused[image]?[audio])
            }
        }
    }

    private func summary(_ split: DatasetRecipe.Split) -> String {
        let fusions = outcomes.filter { $0.key.split == split && !$0.key.isSame }.values
        let onValidation = fusions.count { $0.validation.fused >= $0.validation.better }
        let onTest = fusions.count { $0.test.fused >= $0.test.better }
        let alone = fusions.count { $0.network.hasPrefix("image: ") || $0.network.hasPrefix("audio: ") }
        let products = fusions.count { $0.network.contains(FusionSpace.productTitle) }
        let bars = bars(split)
        let best = bars.max { $0.fused < $1.fused }
        let margin = bars.max { $0.fused - $0.better < $1.fused - $1.better }
        var lines = [
            "- Averaged over seeds, \(bars.count { $0.fused >= $0.better }) of \(bars.count) pairs match or beat their better "
                + "half on the test split. In the source paper, 5 of 12 beat theirs.",
            "- Of the \(fusions.count) results, \(onValidation) match or beat their better half on the validation split, which "
                + "chose them, and \(onTest) on the test split; \(alone) kept a single network, \(products) multiply the "
                + "answers of both networks.",
        ]
        if let best { lines.append("- Best pair: \(best.name), \(Self.percent(best.fused)).") }
        if let margin {
            lines.append(
                "- Largest margin: \(margin.name), \(Self.percent(margin.fused)) over \(Self.percent(margin.better)), "
                    + String(format: "%.1f points.", 100 * (margin.fused - margin.better)))
        }
        return lines.joined(separator: "\n")
    }
}
