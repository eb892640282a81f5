import Brain
import Presentation
import RegistryClient

/// The contents of the brain map: each region with a strength and a color.
struct BrainScene {
    var title: String
    var lead: String
    var regions: [BrainRegion]

    /// All areas at once: each region has the color of the area it belongs to most.
    static func areas(_ areas: [AreaStatus], in atlas: Atlas) -> BrainScene {
        var ties: [String: (path: String, strength: Double)] = [:]
        for area in areas where area.parent == nil {
            for tie in area.regions where tie.strength > ties[tie.region]?.strength ?? 0 {
                ties[tie.region] = (area.path, tie.strength)
            }
        }
        return BrainScene(
            title: "The zoo in the brain",
            lead: "Each dot is a region of the brain, in the color of the area it belongs to most.",
            regions: atlas.regions.map { region in
                let tie = ties[region.name]
                return BrainRegion(
                    region, strength: (tie?.strength ?? 0) * 0.6, style: AreaStyle.style(of: tie?.path ?? ""),
                    note: tie?.path ?? "")
            })
    }

    /// The regions of one area.
    static func area(_ area: AreaStatus, in atlas: Atlas) -> BrainScene {
        let ties = Dictionary(area.regions.map { ($0.region, $0.strength) }) { first, _ in first }
        return BrainScene(
            title: area.path,
            lead: "\(Words.amount(area.regions.count, "region")), selected by "
                + "\(area.functions.joined(separator: ", ")).",
            regions: atlas.regions.map {
                BrainRegion($0, strength: ties[$0.name] ?? 0, style: AreaStyle.style(of: area.path))
            })
    }

    /// The regions that are associated with a function.
    static func function(_ function: BrainFunction, in atlas: Atlas) -> BrainScene {
        let found = atlas.regions(of: function.name)
        let strengths = Dictionary(found.map { ($0.value.name, $0.strength) }) { first, _ in first }
        return BrainScene(
            title: function.name, lead: "\(Words.amount(found.count, "region")) associated with this function.",
            regions: atlas.regions.map {
                BrainRegion($0, strength: strengths[$0.name] ?? 0, style: AreaStyle.style(of: function.name))
            })
    }

    /// The regions that a scenario activates.
    static func activation(_ explanation: Explanation, of what: String, in atlas: Atlas) -> BrainScene {
        let active = Dictionary(explanation.regions.map { ($0.name, $0) }) { first, _ in first }
        return BrainScene(
            title: what,
            lead: "\(Words.amount(active.count, "region")) become active, with an activation of at least"
                + " \(Words.plain(explanation.settings.regionThreshold)).",
            regions: atlas.regions.map { region in
                let found = active[region.name]
                return BrainRegion(
                    region, strength: found?.activation ?? 0, style: AreaStyle.style(of: found?.function ?? ""),
                    note: found.map { "\(Words.plain($0.activation)) \($0.function ?? "through its partners")" } ?? "")
            })
    }

    /// One region with the regions that are active together with it.
    static func region(_ chosen: Region, in atlas: Atlas) -> BrainScene {
        let partners = atlas.partners(of: chosen)
        let most = partners.map(\.strength).max() ?? 1
        let strengths = Dictionary(partners.map { ($0.value.name, $0.strength / most) }) { first, _ in first }
        return BrainScene(
            title: chosen.title,
            lead: "\(chosen.name), with the \(Words.amount(partners.count, "region")) active together with it.",
            regions: atlas.regions.map { region in
                region.name == chosen.name
                    ? BrainRegion(region, strength: 1, style: "chosen")
                    : BrainRegion(region, strength: (strengths[region.name] ?? 0) * 0.6, style: "partner")
            })
    }

    /// The strongest regions, strongest first.
    func strongest(_ count: Int) -> [BrainRegion] {
        Array(regions.filter { $0.strength > 0 }.sorted { ($1.strength, $0.id) < ($0.strength, $1.id) }.prefix(count))
    }
}

extension BrainRegion {
    init(_ region: Region, strength: Double, style: String, note: String = "") {
        self.init(
            id: region.number, name: region.name, title: region.title, x: region.position.x, y: region.position.y,
            z: region.position.z, strength: strength, style: style, note: note)
    }
}
