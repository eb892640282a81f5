/// How areas follow from an atlas.
///
/// The four areas are seeded with functions: vision with `perception.vision`; audition with `perception.audition` and
/// `cognition.music`; language with `cognition.language` and `action.execution.speech`; emotion with `emotion`. All
/// else is computed:
///
/// 1. Each function that directly refines the area's first function, and each further seed, gives a sub-area if the
///    atlas associates at least 3 regions with it or with its refinements; the sub-area has the last part of its name.
///    Functions with equal last parts share a sub-area.
/// 2. The sub-area `other` takes the regions of the area's functions that none of those has, and the functions with too
///    few regions for their own sub-area.
/// 3. A region belongs to a sub-area as strongly as it is associated with the strongest of its functions, and to an
/// area as
///    strongly as to the strongest of its sub-areas.
///
/// So a function with more sub-functions in the atlas gives an area with more sub-areas, and a function that is
/// associated with more regions gives an area with more regions.
public enum AreaRule {
    /// Minimum number of regions of a function for its own sub-area.
    public static let leastRegions = 3
    /// Name of the sub-area that takes the remainder.
    public static let rest = "other"
    static let seeds: [(name: String, functions: [String])] = [
        ("vision", ["perception.vision"]),
        ("audition", ["perception.audition", "cognition.music"]),
        ("language", ["cognition.language", "action.execution.speech"]),
        ("emotion", ["emotion"]),
    ]

    /// An area as it follows from an atlas.
    public struct Draft: Hashable, Sendable {
        /// Name of its seed, such as `vision`.
        public let name: String
        /// The functions of its seed that the atlas has.
        public let functions: [String]
        /// Its sub-areas; `other` is the last one.
        public let parts: [Part]
    }

    /// A sub-area as it follows from an atlas.
    public struct Part: Hashable, Sendable {
        /// Last part of its functions' names, such as `motion`; `other` for the remainder.
        public let name: String
        /// Functions that give it regions, together with their refinements.
        public let functions: [String]
        /// Whether it takes the remainder.
        public let isRest: Bool
    }

    /// The areas of an atlas; a seed that the atlas lacks gives an area without functions.
    public static func areas(of atlas: Atlas) -> [Draft] {
        let known = Set(atlas.functions.map(\.name))
        return seeds.map { seed in
            let functions = seed.functions.filter(known.contains)
            return Draft(name: seed.name, functions: functions, parts: parts(of: functions, in: atlas))
        }
    }

    static func parts(of functions: [String], in atlas: Atlas) -> [Part] {
        guard let first = functions.first else { return [] }
        let children = atlas.functions.filter { $0.parent == first }.map(\.name) + functions.dropFirst()
        let rich = children.filter { atlas.tiesWithin($0).count >= leastRegions }
        let names = rich.map(BrainFunction.shortName).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        var parts = names.filter { $0 != rest }.map { name in
            Part(name: name, functions: rich.filter { BrainFunction.shortName(of: $0) == name }, isRest: false)
        }
        let poor = children.filter { !rich.contains($0) || BrainFunction.shortName(of: $0) == rest }
        parts.append(Part(name: rest, functions: [first] + poor, isRest: true))
        return parts
    }
}
