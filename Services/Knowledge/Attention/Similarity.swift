import Foundation
public import KnowledgeClient

/// The similarity of two scenarios, from 0 to 1.
///
/// Scenarios with different tasks have similarity 0. For the same task it is
///
///     0.30 · J(modalities) + 0.30 · J(datasets) + 0.15 · J(functions) + 0.25 · C(numbers)
///
/// where J is Jaccard's index, the size of the intersection divided by that of the union (1 for two empty sets). A
/// dataset counts together with the modality that it is used for. C is the mean over all numbers that either scenario
/// has: 1 if they are equal, falling with the logarithm of their ratio to 0 at a factor of ten; a number that only one
/// has counts 0.
public enum Similarity {
    /// The similarity to another scenario.
    public static func between(_ one: ScenarioFeatures, _ other: ScenarioFeatures) -> Double {
        guard one.task == other.task else { return 0 }
        return 0.30 * jaccard(Set(one.datasets.keys), Set(other.datasets.keys))
            + 0.30 * jaccard(pairs(one.datasets), pairs(other.datasets))
            + 0.15 * jaccard(Set(one.functions), Set(other.functions))
            + 0.25 * closeness(one.numbers, other.numbers)
    }

    static func jaccard<Element>(_ one: Set<Element>, _ other: Set<Element>) -> Double {
        let union = one.union(other).count
        return union == 0 ? 1 : Double(one.intersection(other).count) / Double(union)
    }

    static func closeness(_ one: [String: Double], _ other: [String: Double]) -> Double {
        let names = Set(one.keys).union(other.keys)
        guard !names.isEmpty else { return 1 }
        // In a fixed order, because a floating-point sum depends on it.
        let sum = names.sorted().reduce(0) { sum, name in
            guard let a = one[name], let b = other[name] else { return sum }
            return sum + closeness(a, b)
        }
        return sum / Double(names.count)
    }

    static func closeness(_ one: Double, _ other: Double) -> Double {
        if one == other { return 1 }
        guard one > 0, other > 0, one.isFinite, other.isFinite else { return 0 }
        return max(0, 1 - abs(log10(one / other)))
    }

    private static func pairs(_ datasets: [String: String]) -> Set<[String]> {
        Set(datasets.map { [$0.key, $0.value] })
    }
}
