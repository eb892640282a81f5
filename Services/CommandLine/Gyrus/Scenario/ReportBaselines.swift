import Foundation
import HelperProcesses
import Model
import RegistryClient

/// Simple models on the data of a scenario, with which a report compares the winner.
struct ReportBaselines {
    let registry: RegistryClient

    /// Results of simple models on the splits of a prepared dataset; empty if there is no such dataset or it is too
    /// large.
    /// - Parameter objective: The metric that chooses the best round of each.
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
                say("The other simple models are skipped: \(failure.message)")
                break
            }
            if let baseline = message.baseline { baselines.append(baseline) }
        }
        withExtendedLifetime(file) {}
        return baselines
    }
}
