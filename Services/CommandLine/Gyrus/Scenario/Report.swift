import ArgumentParser
import DesignerClient
import Foundation
import Model
import RegistryClient

/// Writes a report page about a search.
struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write an HTML report on a search: what was tried, what won, and how certain that is.",
        discussion: """
              gyrus report 3fa2 --output search.html

            The page opens in any browser, without a network connection and without the services.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(name: [.short, .long], help: ArgumentHelp("File to write (HTML).", valueName: "file"))
    var output: String

    @Argument(help: "ID of the scenario, or a unique prefix.", completion: .scenarios)
    var id: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let designer = try await services.designer()
        let status = try await designer.scenario(id)
        let trials = try await TrialExport.trials(designer, of: status)
        let (manifest, baselines) = await data(of: status, services)
        let page = ReportPage(
            status: status, trials: trials, manifest: manifest, baselines: baselines,
            command: services.command("result \(status.id) --output DIR"))
        do {
            try Data(page.html.utf8).write(to: URL(filePath: output), options: .atomic)
        } catch {
            throw Failure(
                .permissionDenied, "'\(output)' cannot be written: \(error.systemReason); choose another file")
        }
        emit(output)
    }

    /// The manifest of the data and what simple models reach on it; nothing for a built-in dataset or if the registry cannot be
    /// reached.
    private func data(of status: ScenarioStatus, _ services: Services) async -> (DatasetManifest?, [Baseline]) {
        guard let recipe = try? status.facts.map({ try BlobDigest($0.recipe) }),
            let registry = try? await services.registry(),
            let manifest = try? await registry.manifest(recipe: recipe)
        else {
            return (nil, [])
        }
        do {
            let baselines = try await ReportBaselines(registry: registry).train(on: recipe, objective: status.objective)
            return (manifest, baselines)
        } catch {
            say("The report has no simple models for comparison: \(Failure(error).message)")
            return (manifest, [])
        }
    }
}
