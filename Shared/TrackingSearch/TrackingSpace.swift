import Model
public import Search
public import Tracking

/// The space of a tracker search: a detector with its threshold, and a tracker with its parameters.
///
/// It contains the published settings, so a search with them as seeds never ends below them.
public struct TrackingSpace: Sendable {
    /// The choices, as integers.
    public let space: SearchSpace
    /// Names of the detectors.
    public let detectors: [String]

    private enum Part: String {
        case detector, threshold, overlap
        case tracker, age, confirmations, association, sure, direction
    }

    private static let thresholds = ["0", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8"]
    private static let overlaps = ["0.5", "0.7", "0.9", "1"]
    private static let ages = ["1", "5", "10", "20", "30", "60", "100"]
    private static let confirmations = ["1", "2", "3", "5"]
    private static let associations = ["0.1", "0.2", "0.3", "0.4", "0.5"]
    private static let sureScores = ["0.3", "0.4", "0.5", "0.6", "0.7"]
    private static let usualSureScore = "0.6"
    private static let usualDirection = "0.2"
    private static let directions = ["0", "0.1", "0.2", "0.4"]

    /// The space over detectors.
    /// - Throws: `Failure` with code `invalid-argument` if there is none, or one occurs twice.
    public init(detectors: [String]) throws {
        self.detectors = detectors
        func part(_ part: Part, _ choices: [String]) -> SearchSpace.Part { .init(part.rawValue, choices) }
        space = try SearchSpace([
            .init(
                "detector",
                [part(.detector, detectors), part(.threshold, Self.thresholds), part(.overlap, Self.overlaps)]),
            .init(
                "tracker",
                [
                    part(.tracker, TrackerChoice.defaults.map(\.name)), part(.age, Self.ages),
                    part(.confirmations, Self.confirmations), part(.association, Self.associations),
                    part(.sure, Self.sureScores), part(.direction, Self.directions),
                ]),
        ])
    }

    /// The candidate of a genome; parameters that its tracker does not have are ignored.
    public func candidate(_ genome: Genome) -> TrackingSetup {
        let chosen = space.choices(of: genome).compactMap { $0 }.reduce(into: [:]) { $0.merge($1) { $1 } }
        func word(_ part: Part) -> String { chosen[part.rawValue] ?? "" }
        func number(_ part: Part) -> Double { Double(word(part)) ?? 0 }
        return TrackingSetup(
            detector: word(.detector),
            filter: DetectionFilter(minimumScore: number(.threshold), maximumOverlap: number(.overlap)),
            tracker: tracker(
                word(.tracker), age: Int(number(.age)), confirmations: Int(number(.confirmations)),
                association: number(.association), sure: number(.sure), direction: number(.direction)))
    }

    private func tracker(
        _ name: String, age: Int, confirmations: Int, association: Double, sure: Double, direction: Double
    ) -> TrackerChoice {
        switch TrackerChoice.defaults.first(where: { $0.name == name }) {
        case .sort(var settings)?:
            (settings.maximumAge, settings.confirmations) = (age, confirmations)
            settings.minimumOverlap = association
            return .sort(settings)
        case .deepSORT(var settings)?:
            (settings.maximumAge, settings.confirmations) = (age, confirmations)
            settings.maximumOverlapDistance = 1 - association
            return .deepSORT(settings)
        case .observationCentric(var settings)?:
            (settings.maximumAge, settings.confirmations) = (age, confirmations)
            (settings.minimumOverlap, settings.sureScore) = (association, sure)
            settings.directionWeight = direction
            return .observationCentric(settings)
        case nil: preconditionFailure("the space has no tracker '\(name)'")
        }
    }

    /// Whether a genome is the canonical one of its candidate: parameters that its tracker does not have are as in the
    /// published settings. Otherwise equal candidates would be measured repeatedly.
    public func isCanonical(_ genome: Genome) -> Bool {
        let chosen = space.choices(of: genome).compactMap { $0 }.reduce(into: [:]) { $0.merge($1) { $1 } }
        if chosen[Part.tracker.rawValue] == TrackerChoice.observationCentric(.init()).name { return true }
        return chosen[Part.sure.rawValue] == Self.usualSureScore
            && chosen[Part.direction.rawValue] == Self.usualDirection
    }

    /// The published settings: every detector, without a threshold, with every tracker.
    public var defaults: [Genome] {
        detectors.flatMap { detector in
            TrackerChoice.defaults.map { choice in
                let age = if case .sort = choice { "1" } else { "30" }
                return genome(
                    [.detector: detector, .threshold: "0", .overlap: "1"],
                    [
                        .tracker: choice.name, .age: age, .confirmations: "3", .association: "0.3",
                        .sure: Self.usualSureScore, .direction: Self.usualDirection,
                    ])
            }
        }
    }

    private func genome(_ choices: [Part: String]...) -> Genome {
        Genome(
            zip(space.genes, choices).map { gene, choices in
                gene.parts.map { part in
                    let choice = Part(rawValue: part.name).flatMap { choices[$0] }
                    return 1 + (choice.flatMap { part.choices.firstIndex(of: $0) } ?? 0)
                }
            })
    }
}
