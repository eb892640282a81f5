import Brain
import DesignerClient
import Hummingbird
import Model
import Presentation
import RegistryClient
import ServiceClient

/// The brain map: by area, by function, by what a stimulus or scenario activates, or around one region.
struct BrainPage: Sendable {
    /// Number of regions listed next to the map.
    private static let listed = 16

    let backends: Backends
    let renderer: Renderer

    func response(_ query: Query) async throws -> Response {
        async let found = backends.ask(.registry) { try await $0.registry.atlas() }
        async let status = backends.ask(.registry) { try await $0.registry.areas() }
        let (atlas, areas) = (try await found, try await status)
        var values: [String: Any] = [:]
        let scene = try await scene(query, atlas, areas, &values)
        values.merge(Self.values(of: scene, query, atlas)) { $1 }
        values["areas"] = Self.tiles(areas, query)
        return renderer.page("brain", title: scene.title, section: .brain, values)
    }

    // MARK: - What is shown

    private func scene(
        _ query: Query, _ atlas: Atlas, _ areas: [AreaStatus], _ values: inout [String: Any]
    ) async throws -> BrainScene {
        if let name = query["region"] {
            let region = try atlas.region(named: name)
            values["region"] = Self.values(of: region, atlas, areas)
            return .region(region, in: atlas)
        }
        if let id = query["scenario"] {
            let (name, explanation) = try await backends.ask(.designer) {
                (try await $0.designer.scenario(id).name, try await $0.designer.explanation(of: id))
            }
            values["explanation"] = ExplanationValues.values(explanation)
            return .activation(explanation, of: name, in: atlas)
        }
        if let words = query["stimuli"] {
            do {
                let explanation = try await explanation(of: words)
                values["explanation"] = ExplanationValues.values(explanation)
                return .activation(explanation, of: words, in: atlas)
            } catch let failure as Failure where failure.code == .invalidArgument {
                values["complaint"] = failure.message
            }
        }
        if let name = query["function"] { return .function(try atlas.function(named: name), in: atlas) }
        if let name = query["area"] {
            guard let area = areas.first(where: { $0.path == name }) else {
                throw Failure(.notFound, "There is no area '\(name.prefix(80))'; 'gyrus areas' lists them.")
            }
            return .area(area, in: atlas)
        }
        return .areas(areas, in: atlas)
    }

    private func explanation(of words: String) async throws -> Explanation {
        let stimuli = words.split(separator: ",").map { String($0.trimmingPrefix { $0 == " " }) }.filter { !$0.isEmpty }
        return try await backends.ask(.registry) { try await $0.registry.explain(.init(stimuli: stimuli)) }
    }

    // MARK: - Values

    private static func values(of scene: BrainScene, _ query: Query, _ atlas: Atlas) -> [String: Any] {
        let drawings = BrainView.allCases.map { view in
            BrainMapDrawing(
                view: view, regions: scene.regions, isReachable: view == .sagittal,
                link: { Query().address("/brain", ["region": $0.name]) })
        }
        return [
            "heading": scene.title, "lead": scene.lead,
            "views": drawings.map { ["svg": $0.svg(), "title": $0.view.title, "name": $0.view.rawValue] },
            "strongest": scene.strongest(listed).map { region in
                [
                    "title": region.title, "name": region.name, "strength": Words.fixed(region.strength, 2),
                    "note": region.note, "style": region.style,
                    "address": Query().address("/brain", ["region": region.name]),
                ]
            },
            "stimuli": query["stimuli"] ?? "",
            "functions": atlas.functions.map {
                ["name": $0.name, "isChosen": $0.name == query["function"]] as [String: Any]
            },
            "isWhole": query.values.isEmpty, "sources": atlas.sources, "regionTotal": atlas.regions.count,
            "functionTotal": atlas.functions.count,
        ]
    }

    private static func tiles(_ areas: [AreaStatus], _ query: Query) -> [[String: Any]] {
        areas.filter { $0.parent == nil }.map { area in
            let parts = areas.filter { $0.parent == area.id }
            return [
                "name": area.path, "style": AreaStyle.style(of: area.path), "isChosen": query["area"] == area.path,
                "address": Query().address("/brain", ["area": area.path]),
                "zoo": Query().address("/zoo", ["areas": area.path]),
                "regions": Words.amount(area.regions.count, "region"),
                "models": Words.amount(parts.reduce(area.models) { $0 + $1.models }, "model"),
                "parts": parts.map { part in
                    [
                        "name": part.path.dropFirst(area.path.count + 1),
                        "address": Query().address("/brain", ["area": part.path]),
                        "isChosen": query["area"] == part.path,
                    ] as [String: Any]
                },
            ] as [String: Any]
        }
    }

    private static func values(of region: Region, _ atlas: Atlas, _ areas: [AreaStatus]) -> [String: Any] {
        let ties = areas.compactMap { area in
            area.regions.first { $0.region == region.name }.map { (area, $0.strength) }
        }
        return [
            "name": region.name, "lobe": region.lobe, "network": region.network,
            "place": "\(Words.plain(region.position.x)), \(Words.plain(region.position.y)),"
                + " \(Words.plain(region.position.z))",
            "areas": ties.sorted { ($1.1, $0.0.path) < ($0.1, $1.0.path) }.map { area, strength in
                [
                    "name": area.path, "style": AreaStyle.style(of: area.path), "strength": Words.fixed(strength, 2),
                    "address": Query().address("/brain", ["area": area.path]),
                    "zoo": Query().address("/zoo", ["areas": area.path]),
                    "models": Words.amount(area.models, "model"),
                ] as [String: Any]
            },
            "hasAreas": !ties.isEmpty,
            "functions": atlas.functions(of: region).prefix(listed).map { function in
                [
                    "name": function.value.name, "strength": Words.fixed(function.strength, 2),
                    "style": AreaStyle.style(of: function.value.name),
                    "address": Query().address("/brain", ["function": function.value.name]),
                ]
            },
            "neighbors": atlas.neighbors(of: region, within: Atlas.adjacency).prefix(listed).map { neighbor in
                [
                    "title": neighbor.region.title, "distance": "\(Words.fixed(neighbor.distance, 0)) mm",
                    "address": Query().address("/brain", ["region": neighbor.region.name]),
                ]
            },
        ]
    }
}
