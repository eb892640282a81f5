public import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
import Model
import NIOCore
public import RegistryClient
public import ServerClient
public import ServiceLifecycle
import WebGuard

/// Answers for new data over HTTP with trained networks, each in its own processes.
///
/// ```swift
/// let server = try InferenceServer(
///     ServerSettings(port: 0), models: [ModelSource("results/skin")], registry: nil, logger: logger)
/// try await server.run()
/// ```
public struct InferenceServer: Service {
    private let settings: ServerSettings
    private let models: [ModelSource]
    private let registry: RegistryClient?
    private let store: PackageStore
    private let logger: Logger
    private let onReady: @Sendable (URL) -> Void

    /// Makes a server.
    /// - Parameters:
    ///   - models: The models to serve; if empty, all live models of the registry.
    ///   - registry: Source of models that are not folders.
    ///   - onReady: Called with the server's URL once it accepts requests.
    public init(
        _ settings: ServerSettings, models: [ModelSource], registry: RegistryClient?,
        store: PackageStore = .usual, logger: Logger, onReady: @escaping @Sendable (URL) -> Void = { _ in }
    ) throws {
        let names = models.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw Failure(
                .invalidArgument, "two networks have the name '\(twice)'; rename one with NAME=NETWORK")
        }
        self.settings = settings
        self.models = models
        self.registry = registry
        self.store = store
        self.logger = logger
        self.onReady = onReady
    }

    /// Serves until the task is canceled or asked to stop.
    public func run() async throws {
        defer { settings.urlFile.map { try? FileManager.default.removeItem(at: $0) } }
        let (shelf, metrics) = (ModelShelf(expected: models.map(\.name)), ServerMetrics())
        try await withThrowingTaskGroup(of: ServedModel.self) { group in
            for model in models {
                guard case .file(let file) = model.place else { continue }
                group.addTask {
                    try await ServedModel.start(
                        file, name: model.name, version: "1", settings: settings, metrics: metrics, logger: logger)
                }
            }
            for try await model in group { shelf.put(model) }
        }
        let watch = try await registryWatch(shelf, metrics)
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let watch { group.addTask { await follow(watch) } }
            try await serve(shelf, metrics)
            group.cancelAll()
        }
    }

    private func registryWatch(_ shelf: ModelShelf, _ metrics: ServerMetrics) async throws -> RegistryWatch? {
        let wanted = models.compactMap { model -> (String, String)? in
            if case .registry(let text) = model.place { (model.name, text) } else { nil }
        }
        guard !wanted.isEmpty || models.isEmpty else { return nil }
        guard let registry else {
            throw Failure(
                .invalidArgument, "no registry is known, so models cannot be looked up; name a folder with a package")
        }
        let watch = RegistryWatch(
            registry: registry, store: store, shelf: shelf, settings: settings, metrics: metrics, logger: logger,
            wanted: wanted)
        // Models named by a person must exist; with all live models, more may come.
        if !wanted.isEmpty { try await watch.update() }
        return watch
    }

    private func follow(_ watch: RegistryWatch) async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await watch.update()
                } catch {
                    logger.warning("the registry does not answer", metadata: ["failure": "\(error)"])
                }
                try? await Task.sleep(for: settings.refresh)
            }
        }
    }

    private func serve(_ shelf: ModelShelf, _ metrics: ServerMetrics) async throws {
        let routes = ServerRoutes(settings: settings, shelf: shelf, metrics: metrics, logger: logger)
        let server = GuardedServer(
            settings.limits.server, on: settings.address, urlFile: settings.urlFile, logger: logger, onReady: onReady)
        do {
            try await withGracefulShutdownHandler {
                try await server.run(routes.router(), port: settings.port)
            } onGracefulShutdown: {
                shelf.drain()
            }
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw Failure(
                .unavailable,
                "Port \(settings.port) of \(settings.address) is taken; free it or choose another --port (0: any)."
            )
        }
    }
}
