import ArgumentParser
import Brain
import Foundation
import Model
import RegistryClient

/// Functional areas and their sub-areas.
struct Areas: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List and change functional areas.",
        discussion: """
            Areas are computed from the atlas and can be changed at run time. Networks stay with their area when it is \
            renamed, and every change to an area is recorded.

              gyrus areas
              gyrus areas rename vision sight
              gyrus areas split vision.face --off expression --region Amyg_L_2_1
              gyrus areas merge vision.motion vision.body
              gyrus areas history vision
            """,
        subcommands: [
            AreasList.self, AreasAdd.self, AreasRename.self, AreasSplit.self, AreasMerge.self, AreasTie.self,
            AreasUntie.self, AreasHistory.self,
        ], defaultSubcommand: AreasList.self)
}

/// Lists areas with their sub-areas.
struct AreasList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List areas with their sub-areas.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions
    @Argument(help: "Show only this area and its sub-areas.") var area: String?

    func run() async throws {
        let areas = try await Services(gyrus.project).registry().areas(area)
        let known = Set(areas.map(\.id))
        let tops = areas.filter { $0.parent.map { !known.contains($0) } ?? true }
        try list.render(
            tops.flatMap { top in
                let parts = areas.filter { $0.parent == top.id }
                return [AreaRow(top, parts: parts.count)]
                    + parts.map { AreaRow($0, parts: nil, isLast: $0.id == parts.last?.id) }
            })
    }
}

/// Adds an area.
struct AreasAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an area, or a sub-area with a name such as vision.text.",
        discussion: "  gyrus areas add touch --function perception.somesthesis")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var ties: TieOptions
    @Argument(help: "Name of the new area.") var area: String

    func run() async throws {
        emit(try await Services(gyrus.project).registry().change(.add(area, ties.ties())).path)
    }
}

/// Renames an area.
struct AreasRename: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Rename an area; networks and old codes stay with it.",
        discussion: "  gyrus areas rename vision.other rest")

    @ParentCommand var gyrus: Gyrus
    @Argument(help: "The area.") var area: String
    @Argument(help: "New name, without the parent area's name.") var name: String

    func run() async throws {
        emit(try await Services(gyrus.project).registry().change(.rename(area, to: name)).path)
    }
}

/// Splits an area.
struct AreasSplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "Move functions or regions of an area into a new sibling area.",
        discussion: """
            All networks of the area then belong to both, unless --network selects the ones to move.

              gyrus areas split language.semantics --off naming --region MTG_L_4_1
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var ties: TieOptions
    @Option(help: "Name of the new area.") var off: String
    @Argument(help: "The area to split.") var area: String

    func run() async throws {
        emit(try await Services(gyrus.project).registry().change(.split(area, off: off, ties.ties())).path)
    }
}

/// Merges areas.
struct AreasMerge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Merge other areas into one, networks included.",
        discussion: "  gyrus areas merge vision.object vision.shape")

    @ParentCommand var gyrus: Gyrus
    @Argument(help: "The area to merge into.") var area: String
    @Argument(help: "The areas to merge into it.") var others: [String]

    func run() async throws {
        emit(try await Services(gyrus.project).registry().change(.merge(area, from: others)).path)
    }
}

/// Ties an area to more functions, regions or networks.
struct AreasTie: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tie", abstract: "Tie an area to functions, regions or networks.",
        discussion: """
            A region's strength is from 0 to 1; 0 removes a region that the area has through its functions.

              gyrus areas tie vision.motion --region MTG_L_4_3=0.8 --region SPL_L_5_1=0
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var ties: TieOptions
    @Argument(help: "The area.") var area: String

    func run() async throws {
        emit(try await Services(gyrus.project).registry().change(.tie(area, ties.ties())).path)
    }
}

/// Removes ties of an area.
struct AreasUntie: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "untie", abstract: "Untie functions, networks or regions from an area.",
        discussion: "  gyrus areas untie vision.motion --function action.observation")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var ties: TieOptions
    @Argument(help: "The area.") var area: String

    func run() async throws {
        emit(try await Services(gyrus.project).registry().change(.untie(area, ties.ties())).path)
    }
}

/// Shows the changes made to areas.
struct AreasHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Show the changes made to areas, newest first.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions
    @Argument(help: "Show only this area, by its current or a former name.") var area: String?

    func run() async throws {
        try list.render(
            try await Services(gyrus.project).registry().areaHistory(of: area).map(AreaHistoryRow.init))
    }
}

/// Options for the functions, regions and networks of an area.
struct TieOptions: ParsableArguments {
    @Option(help: "Function (can be repeated).") var function: [String] = []
    @Option(help: ArgumentHelp("Region, optionally with a strength (can be repeated).", valueName: "region[=strength]"))
    var region: [RegionArgument] = []
    @Option(help: "ID of a base network (can be repeated).") var network: [String] = []

    func ties() throws -> AreaChange.Ties {
        AreaChange.Ties(
            functions: function, regions: Dictionary(region.map { ($0.name, $0.strength) }) { $1 },
            networks: try network.map { try BlobDigest($0) })
    }
}

/// A region with a strength, written `name=0.5`, or without one for full strength.
struct RegionArgument: ExpressibleByArgument {
    let name: String
    let strength: Double

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
        guard let name = parts.first, let strength = parts.count == 2 ? Double(parts[1]) : 1 else { return nil }
        (self.name, self.strength) = (name, strength)
    }
}

/// A row of the list of areas.
struct AreaRow: Listable {
    let id: Int
    let area: String
    let parent: Int?
    let subAreas: Int?
    let functions: [String]
    let regions: [AreaStatus.Tie]
    let networks, models: Int
    let origin: String
    private let title: String

    init(_ area: AreaStatus, parts: Int?, isLast: Bool = false) {
        (id, self.area, parent, subAreas) = (area.id, area.path, area.parent, parts)
        (functions, regions) = (area.functions, area.regions)
        (networks, models, origin) = (area.networks, area.models, area.origin.rawValue)
        let name = area.path.split(separator: ".").last.map(String.init) ?? area.path
        title = parts == nil ? "\(isLast ? "└─" : "├─") \(name)" : area.path
    }

    private enum CodingKeys: String, CodingKey {
        case id, area, parent, subAreas, functions, regions, networks, models, origin
    }

    static let columns = ["AREA", "SUB-AREAS", "REGIONS", "NETWORKS", "MODELS", "FUNCTIONS"]

    var name: String { area }
    var row: [String] {
        [
            title, subAreas.map { "\($0)" } ?? "–", "\(regions.count)", "\(networks)", "\(models)",
            functions.joined(separator: ", "),
        ]
    }
}

/// A row of the list of changes to areas.
struct AreaHistoryRow: Listable {
    let number, id: Int
    let time: Date
    let area, action: String
    let details: [String: String]

    init(_ entry: AreaHistoryEntry) {
        (number, id, time) = (entry.number, entry.area, entry.time)
        (area, action, details) = (entry.path, entry.action, entry.details)
    }

    static let columns = ["TIME", "AREA", "ACTION", "DETAILS"]

    var name: String { "\(number)" }
    var row: [String] {
        [
            time.formatted(.iso8601), area, action,
            details.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "),
        ]
    }
}
