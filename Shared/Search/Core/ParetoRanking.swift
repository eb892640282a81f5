/// Ranks items with several objectives: by Pareto front, and within a front by crowding distance.
///
/// No other item dominates those of the first front; only the first front dominates those of the second, and so on.
/// Higher objectives are better.
public struct ParetoRanking: Hashable, Sendable {
    /// The front of each item, from 0.
    public let fronts: [Int]
    /// The crowding distance of each item: the distance between its neighbors in its front, summed over the objectives,
    /// with each front scaled to width 1; infinite at the ends.
    public let crowding: [Double]

    /// Ranks items by their objectives; all items have the same number of them.
    public init(_ objectives: [[Double]]) {
        precondition(Set(objectives.map(\.count)).count <= 1, "all items need the same objectives")
        let fronts = Self.fronts(of: objectives)
        self.fronts = fronts
        var crowding = [Double](repeating: 0, count: objectives.count)
        for front in 0..<((fronts.max() ?? -1) + 1) {
            Self.crowd(&crowding, fronts.indices.filter { fronts[$0] == front }, objectives)
        }
        self.crowding = crowding
    }

    /// One number per item, higher is better: by front, then by crowding distance.
    public var fitness: [Double] {
        zip(fronts, crowding).map { front, crowding in
            -Double(front) + (crowding.isInfinite ? 1 : crowding / (1 + crowding)) * 0.5
        }
    }

    /// Whether the first is nowhere worse than the second and better in at least one objective.
    public static func dominates(_ first: [Double], _ second: [Double]) -> Bool {
        zip(first, second).allSatisfy { $0 >= $1 } && zip(first, second).contains { $0 > $1 }
    }

    /// Accumulates the distances between the neighbors of a front's members.
    private static func crowd(_ crowding: inout [Double], _ members: [Int], _ objectives: [[Double]]) {
        for objective in objectives[members[0]].indices {
            let sorted = members.sorted { (objectives[$0][objective], $0) < (objectives[$1][objective], $1) }
            let (first, last) = (sorted[0], sorted[sorted.count - 1])
            crowding[first] = .infinity
            crowding[last] = .infinity
            let width = objectives[last][objective] - objectives[first][objective]
            guard width > 0 else { continue }
            for place in sorted.indices.dropFirst().dropLast() {
                let gap = objectives[sorted[place + 1]][objective] - objectives[sorted[place - 1]][objective]
                crowding[sorted[place]] += gap / width
            }
        }
    }

    private static func fronts(of objectives: [[Double]]) -> [Int] {
        var dominators = [Int](repeating: 0, count: objectives.count)
        var dominated = [[Int]](repeating: [], count: objectives.count)
        for first in objectives.indices {
            for second in objectives.indices where dominates(objectives[first], objectives[second]) {
                dominated[first].append(second)
                dominators[second] += 1
            }
        }
        var fronts = [Int](repeating: 0, count: objectives.count)
        var current = objectives.indices.filter { dominators[$0] == 0 }
        var front = 0
        while !current.isEmpty {
            var next: [Int] = []
            for member in current {
                fronts[member] = front
                for other in dominated[member] {
                    dominators[other] -= 1
                    if dominators[other] == 0 { next.append(other) }
                }
            }
            current = next
            front += 1
        }
        return fronts
    }
}
