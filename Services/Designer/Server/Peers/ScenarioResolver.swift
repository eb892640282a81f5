public import Brain
public import Model
import RegistryClient

/// Resolves what scenarios engage.
public protocol ScenarioResolver: Sendable {
    /// The functions, regions, areas and networks that a scenario engages.
    /// - Throws: `Failure` with code `invalid-argument` whose message begins with the invalid field, or `unavailable`
    ///   if it cannot be determined at the moment.
    func explain(_ scenario: Scenario) async throws -> Explanation
}

/// Asks the registry, which stores the atlas and the areas.
struct RemoteResolver: ScenarioResolver {
    /// How long publishing waits for an unavailable registry: less than a publisher waits for the designer.
    static let patience = Duration.seconds(5)

    let client: RegistryClient

    func explain(_ scenario: Scenario) async throws -> Explanation {
        do {
            return try await client.explain(Resolver.Request(scenario))
        } catch var failure as Failure where failure.isRetriable {
            failure.message =
                "The scenario cannot be resolved while the registry is away; start it and publish again. "
                + failure.message
            throw failure
        }
    }
}
