import Foundation
import HelperProcesses
import Model
import RegistryClient

/// Simple models on the data of a scenario, for a report to stand beside.
struct ReportBaselines {
    let registry: RegistryClient

    /// What simple models reach on the splits of a prepared dataset; empty where there is no such dataset or it is too large.
    /// - Parameter objective: What the best round of each is chosen by.
    func train(on recipe: BlobDigest, objective: Metric) async throws -> [Baseline] {
        guard let dataset = try await registry.dataset(recipe: recipe),
            try await registry.state(of: dataset.blob).isComplete
        else { return [] }
        let file = try TemporaryFile()
        try await registry.download(dataset.blob, to: file.url)
        say("Training simple models for comparison.")
        let helper = try HelperProcess("gyrus-baseline", [file.url.path, objective.name])
        var baselines: [Baseline] = []
        while let line = try helper.line() {
            let message = try JSONDecoder().decode(BaselineMessage.self, from: Data(line.utf8))
            if let failure = message.failure {
                say("There are no more simple models: \(failure.message)")
                break
            }
            if let baseline = message.baseline { baselines.append(baseline) }
        }
        withExtendedLifetime(file) {}
        return baselines
    }
}
