import Hummingbird
import Model
import Presentation
import RegistryClient
import ServiceClient

/// The models by area, with statistics and filters.
struct ZooPage: Sendable {
    /// Models per page.
    private static let pageSize = 50
    /// Maximum number of models shown as dots: the best ones.
    private static let dots = 400
    /// Maximum number of base networks listed.
    private static let networks = 100
    /// Filters that also apply to base networks.
    private static let structural: Set = ["areas", "category", "parameters"]
    /// Filters that the address may carry, in the order of the form, with examples.
    private static let filters = [
        ("areas", "Area", "vision"), ("category", "Category", "LeNet"), ("dataset", "Dataset", "mnist"),
        ("optimizer", "Optimizer", "adam*"), ("stage", "Stage", "live"), ("parameters", "Parameters", "<1M"),
        ("code", "Code", "*; audio; *"), ("text", "Text", "words"),
    ]

    let backends: Backends
    let renderer: Renderer

    func response(_ query: Query) async throws -> Response {
        let filter = Self.filters.reduce(into: [String: String]()) { filter, field in
            if let value = query[field.0] { filter[field.0] = value }
        }
        let after = query["after"] ?? ""
        async let statistics = backends.ask(.registry) { try await $0.registry.statistics() }
        async let page = backends.ask(.registry) {
            try await $0.registry.models(
                .init(filter: filter, limit: Self.pageSize + 1, after: after, order: "-accuracy"))
        }
        async let best = backends.ask(.registry) {
            try await $0.registry.models(.init(filter: filter, limit: Self.dots, order: "-accuracy"))
        }
        let structure = filter.filter { Self.structural.contains($0.key) }
        async let networks = backends.ask(.registry) {
            try await $0.registry.networks(.init(filter: structure, limit: Self.networks, order: "parameters"))
        }
        let zoo = Zoo(statistics: try await statistics)
        let found = try await page
        let shown = found.prefix(Self.pageSize)
        var values = Self.values(of: zoo, query)
        values["models"] = shown.map { Self.row($0) }
        values["bases"] = try await networks.map { Self.row($0) }
        values["hasModels"] = !shown.isEmpty
        values["most"] = ComparisonPage.most
        values["isFiltered"] = !filter.isEmpty
        values["isFirst"] = after.isEmpty
        values["first"] = query.address("/zoo", ["after": nil])
        values["sizeChart"] = Zoo.sizes(try await best).svg()
        if found.count > shown.count, let last = shown.last {
            values["next"] = query.address("/zoo", ["after": last.id])
        }
        return renderer.page("zoo", title: "Zoo", section: .zoo, values)
    }

    private static func values(of zoo: Zoo, _ query: Query) -> [String: Any] {
        let statistics = zoo.statistics
        var values: [String: Any] = [
            "total": Words.amount(Int(clamping: statistics.models), "model"),
            "networks": Words.amount(Int(clamping: statistics.networks), "base network"),
            "datasets": Words.amount(Int(clamping: statistics.datasets), "dataset"),
            "bytes": Words.bytes(statistics.blobBytes),
            "parameters": Words.amount(Int(clamping: statistics.parameters), "parameter"),
            "areas": zoo.areas.map { tile($0, parts: zoo.parts(of: $0), query) },
            "filters": filters.map { field in
                ["name": field.0, "title": field.1, "hint": field.2, "value": query[field.0] ?? ""]
            },
        ]
        values["categoryChart"] = zoo.bars("Models by category", "categories", filter: "category", query).svg()
        values["datasetChart"] = zoo.bars("Models by dataset", "datasets", filter: "dataset", query).svg()
        values["accuracyChart"] = zoo.accuracies.svg()
        return values
    }

    /// An area with its sub-areas; selecting the selected one shows all again.
    private static func tile(
        _ group: CatalogStatistics.Group, parts: [CatalogStatistics.Group], _ query: Query
    ) -> [String: Any] {
        let chosen = query["areas"]
        func address(_ term: String) -> String {
            query.address("/zoo", ["areas": term == chosen ? nil : term, "after": nil])
        }
        return [
            "name": group.term, "models": Words.amount(Int(clamping: group.models), "model"),
            "networks": Words.amount(Int(clamping: group.networks), "network"),
            "best": group.bestAccuracy.map { "best \(Words.percent($0))" } ?? "not measured yet",
            "style": AreaStyle.style(of: group.term), "isChosen": group.term == chosen,
            "address": address(group.term),
            "parts": parts.map { part in
                [
                    "name": part.term.split(separator: ".").last.map(String.init) ?? part.term,
                    "count": Words.count(part.networks), "address": address(part.term),
                    "isChosen": part.term == chosen,
                ] as [String: Any]
            },
        ]
    }

    static func row(_ network: BaseNetwork) -> [String: Any] {
        [
            "name": network.name, "address": "/networks/\(network.id?.hexadecimal ?? "")",
            "areas": network.areas.map { ["name": $0, "style": AreaStyle.style(of: $0)] },
            "category": network.category, "functions": network.functions.joined(separator: ", "),
            "parameters": Words.short(Double(network.parameters)),
            "operations": network.operations > 0 ? Words.short(Double(network.operations)) : "–",
        ]
    }

    static func row(_ model: PretrainedModel) -> [String: Any] {
        [
            "id": model.id, "address": ModelPage.address(of: model.id), "name": model.code?.name ?? model.id,
            "areas": (model.code?.areas ?? []).map { ["name": $0, "style": AreaStyle.style(of: $0)] },
            "category": model.code?.category ?? "", "dataset": model.dataset,
            "size": model.code.map { "\($0.size)" } ?? "–", "accuracy": Words.percent(model.accuracy),
            "optimizer": model.optimizer, "created": model.created.map { Words.clock($0) } ?? "",
            "version": model.version, "stage": model.stage.rawValue, "isStaged": model.stage != .none,
        ]
    }
}
