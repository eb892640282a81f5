import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Model

/// All routes of the console.
struct ConsoleRoutes: Sendable {
    typealias Context = BasicRequestContext

    let settings: ConsoleSettings
    let backends: Backends
    let logger: Logger
    let assets: Assets
    let renderer: Renderer
    let streams: StreamLimiter

    init(backends: Backends, settings: ConsoleSettings, logger: Logger) throws {
        self.settings = settings
        self.backends = backends
        self.logger = logger
        assets = Assets()
        renderer = try Renderer(assets: assets)
        streams = StreamLimiter(most: settings.limits.streams)
    }

    func router() -> Router<Context> {
        let router = Router(context: Context.self, options: .autoGenerateHeadEndpoints)
        let hosts = RequestGuard<Context>.loopback.union(settings.hosts.map { $0.lowercased() })
        router.add(middleware: SafetyHeaders())
        router.add(middleware: ErrorPages(renderer: renderer, logger: logger))
        router.add(middleware: RequestGuard(hosts: hosts, limits: settings.limits))
        if let key = settings.key { router.add(middleware: AccessGate(key: key)) }
        addPages(to: router)
        addFiles(to: router)
        return router
    }

    private func addPages(to router: Router<Context>) {
        let scenarios = ScenarioPages(backends: backends, renderer: renderer, settings: settings, streams: streams)
        let events = EventPages(backends: backends, renderer: renderer, settings: settings, streams: streams)
        let zoo = ZooPage(backends: backends, renderer: renderer)
        let answers = AnswerStore(backends: backends)
        let model = ModelPage(
            backends: backends, renderer: renderer, answers: answers,
            predictor: Predictor(store: settings.packages, limits: settings.limits), limits: settings.limits)
        let pictures = AnswerPictures(store: answers)
        let comparison = ComparisonPage(backends: backends, renderer: renderer)
        router.get("/") { _, _ in await OverviewPage(backends: backends, renderer: renderer).response() }
        let data = DataPages(backends: backends, renderer: renderer)
        router.get("/datasets") { _, _ in try await data.list() }
        router.get("/datasets/:recipe") { _, context in try await data.page(try context.parameters.require("recipe")) }
        router.get("/datasets/:recipe/:sample/:input") { _, context in
            try await data.value(
                try context.parameters.require("recipe"), try context.parameters.require("sample"),
                try context.parameters.require("input"))
        }
        router.get("/zoo") { request, _ in try await zoo.response(Query(request)) }
        router.get("/networks/:id") { _, context in try await model.network(try context.parameters.require("id")) }
        let brain = BrainPage(backends: backends, renderer: renderer)
        router.get("/brain") { request, _ in try await brain.response(Query(request)) }
        router.get("/models/**") { request, context in try await model.response(Self.path(context), Query(request)) }
        router.post("/predict/models/**") { request, context in
            try await model.predict(Self.path(context), request)
        }
        router.get("/answers/:digest/:input/:row") { _, context in
            try await pictures.response(
                try context.parameters.require("digest"), try context.parameters.require("input"),
                try context.parameters.require("row"))
        }
        router.get("/compare/models") { request, _ in try await comparison.models(Query(request)) }
        router.get("/compare/scenarios") { request, _ in try await comparison.scenarios(Query(request)) }
        router.get("/scenarios") { request, _ in try await scenarios.list(Query(request)) }
        router.get("/scenarios/:id") { request, context in
            try await scenarios.page(try context.parameters.require("id"), Query(request))
        }
        router.get("/scenarios/:id/search") { request, context in
            try await scenarios.search(try context.parameters.require("id"), Query(request))
        }
        router.get("/scenarios/:id/file") { _, context in
            try await scenarios.file(try context.parameters.require("id"))
        }
        router.get("/scenarios/:id/trials.csv") { request, context in
            try await scenarios.trials(try context.parameters.require("id"), Query(request))
        }
        let trial = TrialPage(backends: backends, renderer: renderer)
        router.get("/scenarios/:id/trials/:number") { _, context in
            try await trial.response(
                try context.parameters.require("id"), try context.parameters.require("number"))
        }
        router.get("/scenarios/:id/stream") { request, context in
            try await scenarios.stream(try context.parameters.require("id"), request)
        }
        let tracks = TrackPages(backends: backends, renderer: renderer, store: TrackStore(backends: backends))
        router.get("/scenarios/:id/tracks") { request, context in
            try await tracks.page(try context.parameters.require("id"), Query(request))
        }
        router.get("/scenarios/:id/tracks/frame") { request, context in
            try await tracks.frame(try context.parameters.require("id"), Query(request))
        }
        router.get("/events") { request, _ in try await events.page(Query(request)) }
        router.get("/events/stream") { request, _ in try events.stream(request) }
        let manual = ManualPages(renderer: renderer)
        router.get("/docs") { _, _ in manual.index() }
        router.get("/docs/:name") { _, context in try manual.response(try context.parameters.require("name")) }
    }

    /// The parts of a path after the route's own.
    private static func path(_ context: Context) -> [String] {
        context.parameters.getCatchAll().map { $0.removingPercentEncoding ?? String($0) }
    }

    private func addFiles(to router: Router<Context>) {
        let downloads = Downloads(backends: backends, pieceBytes: settings.limits.pieceBytes)
        router.get("/blobs/:name") { request, context in
            try await downloads.response(try context.parameters.require("name"), to: request)
        }
        router.get("/assets/:name") { request, context in
            try assets.response(try context.parameters.require("name"), to: request)
        }
        router.get("/health") { _, _ in "ready\n" }
        let metrics = MetricsPage(backends: backends, own: settings.metrics)
        router.get("/metrics") { _, _ in await metrics.response() }
    }
}
