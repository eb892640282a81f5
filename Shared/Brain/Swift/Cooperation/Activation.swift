/// How active the regions of an atlas are while functions are engaged.
///
/// **Association.** A region is driven as strongly as it is associated with the strongest of the engaged functions.
///
/// **Spread.** Partners partly fill the gap between a region's drive and full activation: with d the region's own drive
/// and m the mean drive of its co-activation partners, weighted by co-activation, its activation is d + (1 − d) · 0.3 ·
/// m. This is a single step, so the numbers can be verified by hand.
///
/// **Threshold.** Regions with an activation of at least 0.4 are active; all others count as silent.
public struct Activation: Hashable, Sendable {
    /// Share of the gap to full activation that fully active partners fill.
    public static let spread = 0.3
    /// Minimum activation of an active region.
    public static let threshold = 0.4

    /// An active region and why it is active.
    public struct ActiveRegion: Hashable, Sendable {
        /// Position of the region in the atlas.
        let position: Int
        /// Its activation.
        let strength: Double
        /// The part from the engaged functions.
        let drive: Double
        /// The engaged function that drives it most; nil if only its partners drive it.
        let function: String?
    }

    /// The active regions, strongest first.
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

    /// Mean drive of the partners, weighted by co-activation.
    private static func mean(_ partners: [Int: Double], _ value: (Int) -> Double) -> Double {
        // In a fixed order, because sums of floating-point numbers depend on it.
        let ordered = partners.sorted { $0.key < $1.key }
        let total = ordered.reduce(0) { $0 + $1.value }
        return total > 0 ? ordered.reduce(0) { $0 + $1.value * value($1.key) } / total : 0
    }

    /// The activation of an area: the mean activation of its regions, weighted by how strongly each belongs to the
    /// area, with silent ones as zero.
    func activation(of ties: [Int: Double]) -> Double {
        let active = regions.reduce(0) { $0 + (ties[$1.position] ?? 0) * $1.strength }
        let total = Self.sum(ties) { $0 }
        return total > 0 ? active / total : 0
    }

    /// The activation of an area if each of its regions were as active as it belongs to the area, which is the effect
    /// of engaging the area's own functions.
    static func full(of ties: [Int: Double]) -> Double {
        let total = sum(ties) { $0 }
        return total > 0 ? sum(ties) { $0 * $0 } / total : 0
    }

    /// The effective number of regions of an area: as many as would belong to it fully with the same weight and spread,
    /// so that regions that hardly belong to it do not count.
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
