/// Regions of the brain, what they do, and which of them are active together.
///
/// ```swift
/// let atlas = Atlas.shipped
/// let motion = try atlas.function(named: "vision.motion")
/// atlas.regions(of: motion.name).first?.strength           // how strongly the first of them belongs to seeing motion
/// ```
public struct Atlas: Sendable {
    /// A value with a strength from 0 to 1.
    public struct Weighted<Value: Hashable & Sendable>: Hashable, Sendable {
        /// What has the strength.
        public let value: Value
        /// How strongly it belongs.
        public let strength: Double

        /// Gives a value a strength.
        public init(_ value: Value, _ strength: Double) { (self.value, self.strength) = (value, strength) }
    }

    /// Words of everyday speech with the functions that they engage.
    public struct Word: Hashable, Sendable {
        /// The word or phrase in lowercase.
        public let text: String
        /// Names of the functions.
        public let functions: [String]
    }

    /// Maximum number of regions in an atlas.
    public static let mostRegions = 2_000
    /// Maximum number of functions in an atlas, including those that only group others.
    public static let mostFunctions = 1_000
    /// Maximum number of associations of a region with a function, and of pairs of regions.
    public static let mostPairs = 200_000

    /// The regions, by number.
    public let regions: [Region]
    /// The functions with all functions that they refine, by name.
    public let functions: [BrainFunction]
    /// Words of everyday speech, in the order of the atlas.
    public let words: [Word]
    /// The sources of the data and their terms of use.
    public let sources: String

    /// Strengths by function, then by position of the region.
    let associations: [String: [Int: Double]]
    /// Co-activation by position of the region, then by that of its partner.
    let partners: [[Int: Double]]
    private let positions: [String: Int]

    init(
        regions: [Region], functions: [BrainFunction], words: [Word], sources: String,
        associations: [String: [Int: Double]], pairs: [(first: Int, second: Int, strength: Double)]
    ) {
        self.regions = regions
        self.functions = functions.sorted { $0.name < $1.name }
        self.words = words
        self.sources = sources
        self.associations = associations
        var partners = regions.map { _ in [Int: Double]() }
        for pair in pairs {
            partners[pair.first][pair.second] = pair.strength
            partners[pair.second][pair.first] = pair.strength
        }
        self.partners = partners
        positions = Dictionary(uniqueKeysWithValues: regions.enumerated().map { ($1.name, $0) })
    }

    /// Position of a region in `regions`.
    func position(of region: String) -> Int? { positions[region] }

    /// Number of associations of a region with a function.
    public var associationCount: Int { associations.values.reduce(0) { $0 + $1.count } }

    /// Number of pairs of regions that are active together.
    public var coactivationCount: Int { partners.reduce(0) { $0 + $1.count } / 2 }
}

extension Atlas: Hashable {
    /// Whether all data are equal.
    public static func == (first: Atlas, second: Atlas) -> Bool {
        first.regions == second.regions && first.functions == second.functions && first.words == second.words
            && first.sources == second.sources && first.associations == second.associations
            && first.partners == second.partners
    }

    /// Hashes what distinguishes atlases.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(regions)
        hasher.combine(functions)
    }
}
