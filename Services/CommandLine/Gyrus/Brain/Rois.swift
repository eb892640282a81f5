import ArgumentParser
import Brain
import Model
import Presentation
import RegistryClient

/// Lists regions of the brain.
struct Rois: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List brain regions, by function, area, distance or co-activation.",
        discussion: """
              gyrus rois --function vision.motion
              gyrus rois --area audition
              gyrus rois --near FuG_L_3_3 --within 30
              gyrus rois --partners-of FuG_L_3_3
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Option(help: "Show only regions associated with this function, strongest first.") var function: String?
    @Option(help: "Show only regions of this area or sub-area, strongest first.") var area: String?
    @Option(help: "Show only regions near this one, nearest first.") var near: String?
    @Option(help: ArgumentHelp("With --near: maximum distance in millimeters.", valueName: "mm"))
    var within = Atlas.adjacency
    @Option(help: "Show only regions co-activated with this one, strongest first.") var partnersOf: String?
    @Option(help: "Maximum number of regions.") var limit: Int?

    func validate() throws {
        guard [function, area, near, partnersOf].count(where: { $0 != nil }) <= 1 else {
            throw ValidationError("--function, --area, --near and --partners-of are mutually exclusive")
        }
        guard within > 0, limit ?? 1 > 0 else { throw ValidationError("--within and --limit must be above 0") }
    }

    func run() async throws {
        let registry = try await Services(gyrus.project).registry()
        let rows = try await rows(registry)
        try list.render(Array(rows.prefix(limit ?? rows.count)))
    }

    private func rows(_ registry: RegistryClient) async throws -> [RegionRow] {
        let atlas = try await registry.atlas()
        if let function {
            let name = try atlas.function(named: function).name
            return atlas.regions(of: name).map { RegionRow($0.value, strength: $0.strength, function: name) }
        }
        if let area { return try await rows(of: area, atlas, registry) }
        if let near {
            return atlas.neighbors(of: try atlas.region(named: near), within: within).map {
                RegionRow($0.region, distance: $0.distance, adjacent: $0.isAdjacent)
            }
        }
        if let partnersOf {
            let region = try atlas.region(named: partnersOf)
            return atlas.partners(of: region).map {
                RegionRow(
                    $0.value, strength: $0.strength, distance: $0.value.position.distance(to: region.position))
            }
        }
        return atlas.regions.map { RegionRow($0, function: atlas.functions(of: $0).first?.value.name) }
    }

    private func rows(of area: String, _ atlas: Atlas, _ registry: RegistryClient) async throws -> [RegionRow] {
        let ties = try await registry.areas(area).first?.regions ?? []
        return try ties.map { RegionRow(try atlas.region(named: $0.region), strength: $0.strength) }
    }
}

/// A row of the list of regions.
struct RegionRow: Listable {
    let number: Int
    let name, title, hemisphere, lobe, gyrus, network: String
    let x, y, z: Double
    let strength, distance: Double?
    let adjacent: Bool?
    let function: String?

    init(
        _ region: Region, strength: Double? = nil, distance: Double? = nil, adjacent: Bool? = nil,
        function: String? = nil
    ) {
        (number, name, title) = (region.number, region.name, region.title)
        (hemisphere, lobe, gyrus) = (region.hemisphere.rawValue, region.lobe, region.gyrus)
        network = region.network
        (x, y, z) = (region.position.x, region.position.y, region.position.z)
        (self.strength, self.distance, self.adjacent, self.function) = (strength, distance, adjacent, function)
    }

    static let columns = ["ID", "NAME", "REGION", "LOBE", "X", "Y", "Z", "NETWORK", "STRENGTH", "MM", "FUNCTION"]

    var row: [String] {
        [
            "\(number)", name, title, lobe, Figures.fixed(x, 0), Figures.fixed(y, 0), Figures.fixed(z, 0), network,
            strength.map { Figures.fixed($0, 3) } ?? "–", distance.map { Figures.fixed($0, 1) } ?? "–",
            function ?? "–",
        ]
    }
}
