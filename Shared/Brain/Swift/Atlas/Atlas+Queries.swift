import Model

extension Atlas {
    /// Maximum distance between the centers of two adjacent regions, in millimeters: about the diameter of a region in
    /// an atlas with 246 regions.
    public static let adjacency = 20.0

    // MARK: Finding

    /// The function with a given name; the first parts of the path can be left out if the rest is unique:
    /// `vision.motion`.
    /// - Throws: `Failure` with code `not-found` that names the nearest ones, or `invalid-argument` if it is
    ///   ambiguous.
    public func function(named name: String) throws -> BrainFunction {
        let wanted = BrainFunction.spelling(of: name.lowercased())
        if let exact = functions.first(where: { $0.name == wanted }) { return exact }
        let fitting = functions.filter { $0.name.hasSuffix("." + wanted) }
        guard let found = fitting.first else {
            let names = functions.flatMap { [$0.name, $0.shortName] }
            throw Failure(
                .notFound,
                "There is no function '\(name.prefix(80))'.\(NearestName.question(wanted, among: names)) "
                    + "See 'gyrus functions' for all.")
        }
        guard fitting.count == 1 else {
            throw Failure(
                .invalidArgument,
                "'\(name)' matches several functions: \(fitting.map(\.name).joined(separator: ", ")); give more of the "
                    + "path."
            )
        }
        return found
    }

    /// The region with a given name or number.
    /// - Throws: `Failure` with code `not-found` that names the nearest one.
    public func region(named name: String) throws -> Region {
        if let position = position(of: name) { return regions[position] }
        if let number = Int(name), let region = regions.first(where: { $0.number == number }) { return region }
        if let region = regions.first(where: { $0.name.lowercased() == name.lowercased() }) { return region }
        throw Failure(
            .notFound,
            "There is no region '\(name.prefix(80))'.\(NearestName.question(name, among: regions.map(\.name))) "
                + "See 'gyrus rois' for all.")
    }

    // MARK: Regions and functions

    /// Regions associated with a function, strongest first; or those of its refinements if it has none.
    public func regions(of function: String) -> [Weighted<Region>] {
        ranked(ties(of: function))
    }

    /// Functions associated with a region itself, strongest first.
    public func functions(of region: Region) -> [Weighted<BrainFunction>] {
        guard let position = position(of: region.name) else { return [] }
        return functions.compactMap { function in
            associations[function.name]?[position].map { Weighted(function, $0) }
        }.sorted { ($1.strength, $0.value.name) < ($0.strength, $1.value.name) }
    }

    /// Strengths of a function by position of the region.
    func ties(of function: String) -> [Int: Double] {
        if let own = associations[function], !own.isEmpty { return own }
        return tiesWithin(function)
    }

    /// Strengths of a function and all its refinements; the strongest counts.
    func tiesWithin(_ function: String) -> [Int: Double] {
        associations.filter { BrainFunction.isWithin($0.key, function) }.values.reduce(into: [:]) {
            $0.merge($1, uniquingKeysWith: max)
        }
    }

    func ranked(_ ties: [Int: Double]) -> [Weighted<Region>] {
        ties.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { Weighted(regions[$0.key], $0.value) }
    }

    // MARK: Regions and regions

    /// A region with its distance from another one.
    public struct Neighbor: Hashable, Sendable {
        /// The nearby region.
        public let region: Region
        /// Distance between the centers in millimeters.
        public let distance: Double
        /// Whether they count as adjacent.
        public var isAdjacent: Bool { distance <= Atlas.adjacency }
    }

    /// The other regions within a distance of a region, nearest first.
    public func neighbors(of region: Region, within limit: Double = .infinity) -> [Neighbor] {
        regions.filter { $0.name != region.name }
            .map { Neighbor(region: $0, distance: $0.position.distance(to: region.position)) }
            .filter { $0.distance <= limit }
            .sorted { ($0.distance, $0.region.number) < ($1.distance, $1.region.number) }
    }

    /// The regions that are active together with a region, strongest co-activation first.
    public func partners(of region: Region) -> [Weighted<Region>] {
        position(of: region.name).map { ranked(partners[$0]) } ?? []
    }
}
