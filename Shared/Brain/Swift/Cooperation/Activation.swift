/// How active the regions of an atlas are while functions are engaged.
///
/// **Association.** A region is driven as strongly as it is associated with the strongest of the engaged functions.
///
/// **Spread.** What a region lacks to full activation is filled in part by its partners: with d the region's own drive and m
/// the mean drive of its co-activation partners, weighted by co-activation, its activation is d + (1 − d) · 0.3 · m. It is
/// one step, so the figures can be followed by hand.
///
/// **Threshold.** Regions whose activation is at least 0.4 are active; all others count as silent.
public struct Activation: Hashable, Sendable {
    /// Share of what a region lacks that fully active partners give it.
    public static let spread = 0.3
    /// Activation from which a region is active.
    public static let threshold = 0.4

    /// An active region and why it is active.
    public struct ActiveRegion: Hashable, Sendable {
        /// Position of the region in the atlas.
        let position: Int
        /// Its activation.
        let strength: Double
        /// What the engaged functions give it.
        let drive: Double
        /// The engaged function that drives it most; nil where only its partners do.
        let function: String?
    }

    /// The active regions, the strongest first.
    let regions: [ActiveRegion]

    /// The activation of an atlas.
    /// - Parameter functions: Names of the engaged functions.
    init(of atlas: Atlas, by functions: [String]) {
        var drives: [Int: (strength: Double, function: String)] = [:]
        for function in functions {
            for (position, strength) in atlas.ties(of: function)
            where strength > drives[position]?.strength ?? 0 {
                drives[position] = (strength, function)
            }
        }
        regions = atlas.regions.indices.compactMap { position -> ActiveRegion? in
            let drive = drives[position]?.strength ?? 0
            let strength =
                drive + (1 - drive) * Self.spread * Self.mean(atlas.partners[position]) { drives[$0]?.strength ?? 0 }
            guard strength >= Self.threshold else { return nil }
            return ActiveRegion(
                position: position, strength: strength, drive: drive, function: drives[position]?.function)
        }.sorted { ($1.strength, $0.position) < ($0.strength, $1.position) }
    }

    /// Mean of what partners have, weighted by co-activation.
    private static func mean(_ partners: [Int: Double], _ value: (Int) -> Double) -> Double {
        // In a fixed order, because sums of floating-point numbers depend on it.
        let ordered = partners.sorted { $0.key < $1.key }
        let total = ordered.reduce(0) { $0 + $1.value }
        return total > 0 ? ordered.reduce(0) { $0 + $1.value * value($1.key) } / total : 0
    }

    /// How active an area is: the mean activation of its regions, each counted as strongly as it belongs to the area, and
    /// silent ones as nothing.
    func activation(of ties: [Int: Double]) -> Double {
        let active = regions.reduce(0) { $0 + (ties[$1.position] ?? 0) * $1.strength }
        let total = Self.sum(ties) { $0 }
        return total > 0 ? active / total : 0
    }

    /// How active an area would be if its regions were as active as they belong to it, which is what engaging its own
    /// functions comes to.
    static func full(of ties: [Int: Double]) -> Double {
        let total = sum(ties) { $0 }
        return total > 0 ? sum(ties) { $0 * $0 } / total : 0
    }

    /// How many regions an area comes to: as many as would belong to it fully with the same weight and spread, so that those
    /// that hardly belong to it do not count.
    static func size(of ties: [Int: Double]) -> Double {
        let (total, squares) = (sum(ties) { $0 }, sum(ties) { $0 * $0 })
        return squares > 0 ? (total * total / squares).rounded() : 0
    }

    /// In a fixed order, because sums of floating-point numbers depend on it.
    private static func sum(_ ties: [Int: Double], _ term: (Double) -> Double) -> Double {
        ties.sorted { $0.key < $1.key }.reduce(0) { $0 + term($1.value) }
    }

    /// Number of active regions among those of an area.
    func count(in ties: [Int: Double]) -> Int { regions.count { ties[$0.position] != nil } }
}
