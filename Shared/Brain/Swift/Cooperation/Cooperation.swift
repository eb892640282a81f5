/// How strongly areas work together while regions are active, and the order of fusion that follows.
///
/// With u and v the active regions of two areas (activation times strength of belonging), and K the co-activation of
/// the regions (1 for a region with itself), their cooperation is u·K·v / √(u·K·u · v·K·v): 0 if none of their regions
/// are active together, 1 if they are the same regions.
///
/// **Order of fusion.** The pair that cooperates most comes first; then always the area that cooperates most, on
/// average, with those already joined. Ties go to the one named first.
struct Cooperation {
    /// A pair of areas.
    struct Pair: Hashable {
        let first: Int
        let second: Int
        let strength: Double
    }

    /// Each pair, strongest first.
    let pairs: [Pair]
    /// Areas in the order of fusion, as indices into the given areas.
    let order: [Int]

    /// The cooperation of areas.
    /// - Parameter areas: Strengths of each area by position of the region, restricted to what is activated.
    init(of areas: [[Int: Double]], in activation: Activation, of atlas: Atlas) {
        let vectors = areas.map { ties in
            activation.regions.compactMap { region in
                ties[region.position].map { (position: region.position, value: $0 * region.strength) }
            }.sorted { $0.position < $1.position }
        }
        let own = vectors.map { Self.product($0, $0, atlas) }
        var pairs: [Pair] = []
        for first in areas.indices {
            for second in areas.indices where second > first {
                let scale = (own[first] * own[second]).squareRoot()
                let strength = scale > 0 ? Self.product(vectors[first], vectors[second], atlas) / scale : 0
                pairs.append(Pair(first: first, second: second, strength: min(1, strength)))
            }
        }
        self.pairs = pairs.sorted { ($1.strength, $0.first, $0.second) < ($0.strength, $1.first, $1.second) }
        order = Self.order(areas.count, self.pairs)
    }

    private static func product(
        _ first: [(position: Int, value: Double)], _ second: [(position: Int, value: Double)], _ atlas: Atlas
    ) -> Double {
        first.reduce(0) { sum, one in
            sum
                + second.reduce(0) { sum, other in
                    let coactivation =
                        one.position == other.position ? 1 : atlas.partners[one.position][other.position] ?? 0
                    return sum + one.value * other.value * coactivation
                }
        }
    }

    private static func order(_ count: Int, _ pairs: [Pair]) -> [Int] {
        guard let strongest = pairs.first else { return Array(0..<count) }
        var order = [strongest.first, strongest.second]
        var strengths: [SIMD2<Int>: Double] = [:]
        for pair in pairs {
            strengths[SIMD2(pair.first, pair.second)] = pair.strength
            strengths[SIMD2(pair.second, pair.first)] = pair.strength
        }
        while order.count < count {
            let rest = (0..<count).filter { !order.contains($0) }
            let bonds = rest.map { area in
                (area, order.reduce(0) { $0 + (strengths[SIMD2(area, $1)] ?? 0) } / Double(order.count))
            }
            guard let next = bonds.max(by: { ($0.1, $1.0) < ($1.1, $0.0) }) else { break }
            order.append(next.0)
        }
        return order
    }
}
