import Model

/// What a benchmark counts: the preprocessing of MOTChallenge.
///
/// A found box that best matches a distractor, something that is neither to be found nor wrong to find, such as a
/// person on a bicycle, is removed. True boxes that are not marked for evaluation or are not pedestrians are removed as
/// well.
public struct EvaluationRules: Hashable, Sendable {
    /// Name for `--rules`.
    public let name: String
    /// Classes of the ground truth that are distractors; nil if the benchmark has no classes.
    let distractors: Set<Int>?

    /// Minimum overlap at which a box counts as found.
    public static let overlapThreshold = 0.5
    /// MOTChallenge's number of the class pedestrian.
    static let pedestrian = 1

    /// MOT15 and other files without classes: all true boxes whose flag is not 0 count.
    public static let mot15 = EvaluationRules(name: "mot15", distractors: nil)
    /// MOT16 and MOT17: person on vehicle, static person, distractor and reflection are distractors.
    public static let mot17 = EvaluationRules(name: "mot17", distractors: [2, 7, 8, 12])
    /// MOT20: non-motorized vehicles are also distractors.
    public static let mot20 = EvaluationRules(name: "mot20", distractors: [2, 6, 7, 8, 12])
    /// All rules.
    public static let all = [mot15, mot17, mot20]

    /// The rules that fit a ground truth: MOT15's if it has no classes, MOT20's for sequences of that name.
    public static func fitting(_ truth: MOTFile, sequence: String) -> EvaluationRules {
        guard truth.rows.contains(where: { ($0.category ?? -1) > 0 }) else { return mot15 }
        return sequence.uppercased().hasPrefix("MOT20") ? mot20 : mot17
    }

    /// Checks that results contain only pedestrians.
    func check(_ results: MOTFile) throws {
        if let row = results.rows.first(where: { ($0.category ?? -1) > Self.pedestrian }) {
            throw Failure(
                .invalidArgument,
                "\(results.path):\(row.line): class \(row.category ?? 0) cannot be evaluated, only pedestrians "
                    + "(class 1, or -1 for none); leave such rows out.")
        }
    }

    /// The rows of a frame that count, and the overlaps between them.
    func counted(truth: [MOTRow], found: [MOTRow]) -> (truth: [MOTRow], found: [MOTRow], overlaps: Matrix) {
        let overlaps = Matrix.overlaps(truth.map(\.box), found.map(\.box))
        let kept = truth.indices.filter { isCounted(truth[$0]) }
        let ignored = ignoredColumns(truth, overlaps)
        let left = found.indices.filter { !ignored.contains($0) }
        return (kept.map { truth[$0] }, left.map { found[$0] }, overlaps.selecting(rows: kept, columns: left))
    }

    private func isCounted(_ row: MOTRow) -> Bool {
        row.confidence.rounded(.towardZero) != 0 && (distractors == nil || row.category == Self.pedestrian)
    }

    /// Found boxes that belong to distractors.
    private func ignoredColumns(_ truth: [MOTRow], _ overlaps: Matrix) -> Set<Int> {
        guard let distractors, truth.contains(where: { distractors.contains($0.category ?? -1) }) else { return [] }
        return Set(
            overlaps.admissibleMatches(atLeast: Self.overlapThreshold)
                .filter { distractors.contains(truth[$0.row].category ?? -1) }.map(\.column))
    }
}

extension Matrix {
    /// Overlaps are compared with thresholds up to this difference, as the benchmarks' own programs do.
    static let tolerance = Double.ulpOfOne

    /// The assignment with maximum overlap, not counting pairs below a threshold, and without such pairs.
    func admissibleMatches(atLeast threshold: Double, bonus: (Int, Int) -> Double = { _, _ in 0 }) -> [Match] {
        let weights = Matrix(rows: rows, columns: columns) {
            self[$0, $1] < threshold - Self.tolerance ? 0 : self[$0, $1] + bonus($0, $1)
        }
        return weights.greatestWeightAssignment().filter { weights[$0.row, $0.column] > Self.tolerance }
    }
}
