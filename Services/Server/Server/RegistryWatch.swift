import Logging
import Model
import RegistryClient
import ServerClient

/// Keeps a shelf in sync with the registry: a series is served in its live version.
struct RegistryWatch: Sendable {
    let registry: RegistryClient
    let store: PackageStore
    let shelf: ModelShelf
    let settings: ServerSettings
    let metrics: ServerMetrics
    let logger: Logger
    /// Models and series to serve; empty for all live ones.
    let wanted: [(name: String, model: String)]

    /// Determines what to serve, and serves it.
    /// - Throws: Any failure of the registry.
    func update() async throws {
        var served: Set<String> = []
        for (name, model) in try await models() {
            served.insert(name)
            let current = try? shelf.model(name)
            guard current?.version != Self.version(of: model) else { continue }
            do {
                try await start(model, as: name)
            } catch {
                // The previous version continues; the next check tries again.
                logger.error(
                    "cannot serve a model",
                    metadata: ["name": "\(name)", "model": "\(model.id)", "failure": "\(error)"])
            }
        }
        guard wanted.isEmpty else { return }
        for model in shelf.all where !served.contains(model.name) && model.isOfRegistry {
            shelf.remove(model.name)
            metrics.remove(model.name)
            logger.info("a model is no longer served", metadata: ["name": "\(model.name)"])
        }
    }

    private func models() async throws -> [(String, PretrainedModel)] {
        guard !wanted.isEmpty else {
            return try await registry.models(.init(filter: ["stage": "live"])).filter { $0.file(.torchScript) != nil }
                .map { (ModelSource.name($0.series), $0) }
        }
        var found: [(String, PretrainedModel)] = []
        for (name, text) in wanted { found.append((name, try await model(text))) }
        return found
    }

    /// The model with an identity, or the live version of a series.
    private func model(_ text: String) async throws -> PretrainedModel {
        do {
            return try await registry.model(text)
        } catch let failure as Failure where failure.code == .notFound {
            let live = try await registry.models(.init(filter: ["series": text, "stage": "live"]))
            guard let model = live.first(where: { $0.series == text }) else {
                throw Failure(
                    .notFound,
                    "the registry has no model '\(text)' or series of that name with a live version; make one live with: "
                        + "gyrus models stage MODEL live")
            }
            return model
        }
    }

    private func start(_ model: PretrainedModel, as name: String) async throws {
        let package = try await store.package(of: model, from: registry)
        let started = try await ServedModel.start(
            package, name: name, version: Self.version(of: model), settings: settings, metrics: metrics, logger: logger,
            isOfRegistry: true)
        shelf.put(started)
        logger.info("serving a model", metadata: ["name": "\(name)", "model": "\(model.id)"])
    }

    /// The version of a model in URLs.
    private static func version(of model: PretrainedModel) -> String { "\(model.version)" }
}
