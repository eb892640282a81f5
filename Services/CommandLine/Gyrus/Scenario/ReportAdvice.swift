import DesignerClient
import Model
import Presentation

/// A comparison of the winner with simple models.
struct SimpleModels {
    private let best: Baseline?
    private let objective: Metric
    /// The metric that is compared: on the test split, or on the validation split if there is no test split.
    private let metric: String

    init(_ baselines: [Baseline], objective: Metric) {
        self.objective = objective
        let test = objective.name(on: "test")
        let metric = baselines.contains { $0.metrics[test] != nil } ? test : objective.name(on: "validation")
        self.metric = metric
        // Chosen on the validation split, as the winner was.
        best = baselines.max {
            Self.utility($0, objective) < Self.utility($1, objective)
        }
    }

    private static func utility(_ baseline: Baseline, _ objective: Metric) -> Double {
        baseline.metrics[objective.name(on: "validation")].map { objective.utility(of: $0) } ?? -.infinity
    }

    /// By how many standard errors the winner is better than the best simple model; nil if there is nothing to compare.
    func lead(of winner: Trial) -> Double? {
        guard let best, let gain = MetricGain(of: winner.metrics, over: best.metrics, in: objective, named: metric)
        else { return nil }
        return gain.error > 0 ? gain.value / gain.error : gain.value == 0 ? 0 : gain.value * .infinity
    }

    /// The comparison as a sentence.
    func verdict(on winner: Trial) -> String? {
        guard let best, let lead = lead(of: winner), let simple = best.metrics[metric] else { return nil }
        let figure = Figures.value(simple, of: objective)
        if lead > 1.96 {
            return "The network is better than the best simple model (\(best.name), \(figure)) by more than chance."
        }
        if lead < -1.96 {
            return "A simple model is better than the network by more than chance: \(best.name) reach \(figure)."
        }
        return "The best simple model (\(best.name), \(figure)) does about as well on these samples."
    }
}

/// What the user can do for a better or more certain result, by rules on the data and the measurements.
struct ReportAdvice {
    let status: ScenarioStatus
    let trials: [Trial]
    let manifest: DatasetManifest?
    let baselines: [Baseline]

    /// A class with fewer training samples than this may be too small.
    private static let fewSamples = 30
    /// A class is rare if another class has this many times as many samples.
    private static let imbalance = 10
    /// A result is uncertain if its 95 % confidence interval is wider than this share.
    private static let wideSpread = 0.1
    /// Maximum number of classes to name.
    private static let mostNamed = 5

    /// The advice, most useful first.
    var lines: [String] {
        [simpler, longer, confidence, rareClasses].compactMap { $0 }
    }

    private var simpler: String? {
        guard let best = status.best, let lead = SimpleModels(baselines, objective: status.objective).lead(of: best),
            lead < 1.96
        else { return nil }
        return lead < -1.96
            ? "A simple model does better on this data: use it, or give the search more samples or more time."
            : "A simple model does about as well on this data. Use it if size and speed matter more than the last point, or "
                + "give the search more samples or more time."
    }

    /// Advice for a search that was still improving in its last quarter.
    private var longer: String? {
        let measured = trials.filter { !$0.purpose.isFinal && $0.state.isMeasured && $0.objective != nil }
        guard measured.count >= 8, let best = measured.max(by: { ($0.objective ?? 0) < ($1.objective ?? 0) }),
            let place = measured.firstIndex(where: { $0.id == best.id }), place >= measured.count * 3 / 4
        else { return nil }
        return
            "The best network of the search was among its last trials (\(place + 1) of \(measured.count)), so a longer "
            + "search will probably find better ones: raise search.budget."
    }

    private var confidence: String? {
        let name = status.objective.name(on: "test")
        guard status.objective.isShare, let error = status.best?.metrics[Metric.error(of: name)],
            3.92 * error > Self.wideSpread, let samples = manifest?.samples.test
        else { return nil }
        return
            "With \(Figures.count(samples)) test samples, this result is uncertain by ± \(Figures.fixed(196 * error, 1)) points. "
            + "Four times as many samples would halve that."
    }

    private var rareClasses: String? {
        guard let manifest, let counts = manifest.counts, let most = counts.max() else { return nil }
        let rare = zip(manifest.target.names, counts).filter {
            $0.1 < Self.fewSamples && $0.1 * Self.imbalance <= most
        }
        guard !rare.isEmpty else { return nil }
        let named = rare.prefix(Self.mostNamed).map { "\($0.0) (\($0.1))" }.joined(separator: ", ")
        let more = rare.count > Self.mostNamed ? " and \(rare.count - Self.mostNamed) others" : ""
        return "Few training samples: \(named)\(more). More samples of these classes would help most."
    }
}
