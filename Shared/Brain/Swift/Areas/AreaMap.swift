import Model

/// Areas over an atlas: which regions belong to which area, and how strongly.
public struct AreaMap: Sendable {
    /// The atlas whose regions the areas refer to.
    public let atlas: Atlas
    /// All areas and sub-areas by identity.
    public let areas: [Area]
    private let byID: [Int: Area]

    /// Maps areas to an atlas.
    public init(_ atlas: Atlas, _ areas: [Area]) {
        self.atlas = atlas
        self.areas = areas.sorted { $0.id < $1.id }
        byID = Dictionary(areas.map { ($0.id, $0) }) { first, _ in first }
    }

    /// The areas of an atlas as the rule computes them, numbered from 1.
    public init(computedFrom atlas: Atlas) {
        var areas: [Area] = []
        for draft in AreaRule.areas(of: atlas) {
            let parent = areas.count + 1
            areas.append(Area(id: parent, name: draft.name, functions: draft.functions, origin: .atlas))
            for part in draft.parts {
                areas.append(
                    Area(
                        id: areas.count + 1, name: part.name, parent: parent, functions: part.functions,
                        isRest: part.isRest, origin: .atlas))
            }
        }
        self.init(atlas, areas)
    }

    /// The area with a given identity.
    public func area(_ id: Int) -> Area? { byID[id] }

    /// The areas that are not part of another one.
    public var tops: [Area] { areas.filter { $0.parent == nil } }

    /// The sub-areas of an area.
    public func parts(of area: Area) -> [Area] { areas.filter { $0.parent == area.id } }

    /// The area that an area is part of, or itself.
    public func top(of area: Area) -> Area { area.parent.flatMap { byID[$0] } ?? area }

    /// The name with that of the area that it is part of, such as `vision.motion`.
    public func path(of area: Area) -> String {
        area.parent.flatMap { byID[$0] }.map { "\($0.name).\(area.name)" } ?? area.name
    }

    /// The area with a given path; a sub-area's name alone is enough if it is unique.
    /// - Throws: `Failure` with code `not-found` that names the nearest one, or `invalid-argument` if it is
    ///   ambiguous.
    public func area(named path: String) throws -> Area {
        let wanted = BrainFunction.spelling(of: path)
        if let exact = areas.first(where: { [path, wanted].contains(self.path(of: $0)) }) { return exact }
        let fitting = areas.filter { $0.name == path || $0.name == wanted }
        guard let found = fitting.first else {
            let question = NearestName.question(path, among: areas.flatMap { [self.path(of: $0), $0.name] })
            throw Failure(.notFound, "There is no area '\(path.prefix(80))'.\(question) See 'gyrus areas' for all.")
        }
        guard fitting.count == 1 else {
            throw Failure(
                .invalidArgument,
                "'\(path)' matches several areas: \(fitting.map { self.path(of: $0) }.joined(separator: ", ")).")
        }
        return found
    }

    /// Regions of an area, strongest first.
    public func regions(of area: Area) -> [Atlas.Weighted<Region>] { atlas.ranked(ties(of: area)) }

    /// Strengths of an area by position of the region; see `AreaRule`.
    func ties(of area: Area) -> [Int: Double] {
        // Refinements of a function belong to the sub-areas, if there are any.
        let parts = areas.filter { $0.parent == area.id && $0.id != area.id }
        let isCoarse = area.isRest || !parts.isEmpty
        var ties = area.functions.map { isCoarse ? atlas.ties(of: $0) : atlas.tiesWithin($0) }
            .reduce(into: [Int: Double]()) { $0.merge($1, uniquingKeysWith: max) }
        if area.isRest {
            for sibling in areas where sibling.parent == area.parent && sibling.id != area.id && !sibling.isRest {
                for position in self.ties(of: sibling).keys { ties[position] = nil }
            }
        }
        for part in parts { ties.merge(self.ties(of: part), uniquingKeysWith: max) }
        for (name, strength) in area.regions {
            if let position = atlas.position(of: name) { ties[position] = strength > 0 ? strength : nil }
        }
        return ties
    }
}
