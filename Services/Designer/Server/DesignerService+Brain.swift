import Brain
import DesignerClient
import Model

extension DesignerService {
    /// What a scenario engages; if its file names something unknown, the error points at the place.
    func resolve(_ file: ScenarioFile) async throws -> Explanation {
        let result: Result<Explanation, any Error>
        do {
            result = .success(try await peers.brain.explain(file.scenario))
        } catch {
            result = .failure(error)
        }
        return try file.locating { try result.get() }
    }

    /// What a scenario engages, as its search uses it.
    /// - Throws: `Failure` with code `not-found` if it was published before this was stored.
    func explanation(of id: String) async throws -> Explanation {
        let scenario = try await store.status(id).id
        guard let explanation = try await store.explanation(of: scenario) else {
            throw Failure(
                .notFound,
                "Scenario '\(scenario)' was published before explanations were stored; explain its file instead.")
        }
        return explanation
    }
}
