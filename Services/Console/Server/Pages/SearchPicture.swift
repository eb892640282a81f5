import DesignerClient
import Model
import Presentation

/// A picture that complements a search's statistics: the diagram of the best fusion, and a view of the searcher itself,
/// such as the lineage of a population, the entropy of controllers, or the map of an embedding.
struct SearchPicture: Sendable {
    /// Maximum number of learning events fetched.
    static let mostEvents: UInt32 = 400
    /// Maximum number of trials in a lineage: the latest ones.
    static let mostTrials = 200

    let title: String
    let note: String
    let drawing: String

    private init?(_ title: String, _ note: String, _ drawing: String?) {
        guard let drawing else { return nil }
        self.title = title
        self.note = note
        self.drawing = drawing
    }

    /// The pictures of a scenario's search; none if there is nothing to draw.
    /// - Parameters:
    ///   - learned: What the searcher has learned, oldest first.
    ///   - best: Fetches that many of the best trials, best first.
    ///   - last: Fetches the last trials.
    static func pictures(
        of status: ScenarioStatus, _ progress: SearchProgress, learned: [Event],
        best: (Int) async throws -> [Trial], last: () async throws -> [Trial]
    ) async throws -> [SearchPicture] {
        var pictures: [SearchPicture?] = []
        let fused = status.facts?.fused.count ?? 0
        if fused > 0, let diagram = try await Self.diagram(fusing: fused, status, best) {
            pictures.append(Self.fusion(diagram))
        }
        if let map = learned.last(where: { $0.attributes["map"] != nil }) {
            pictures.append(Self.map(map, progress, status.objective))
        } else if !learned.isEmpty {
            pictures.append(Self.entropies(learned))
        } else if status.facts?.method.hasDescent == true {
            pictures.append(Self.lineage(try await last(), best: progress.records.last?.number, status.objective))
        }
        return pictures.compactMap { $0 }
    }

    /// The best fusion, even if a single network beats it; nil before there is one.
    private static func diagram(
        fusing networks: Int, _ status: ScenarioStatus, _ best: (Int) async throws -> [Trial]
    ) async throws -> FusionDiagram? {
        if let diagram = status.best.flatMap({ FusionDiagram($0.networkName) }) { return diagram }
        // Only single networks can rank above it.
        let measured = try await best(networks + 1).filter { $0.objective != nil }
        return measured.compactMap { FusionDiagram($0.networkName) }.first
    }

    // MARK: - Each kind

    private static func fusion(_ diagram: FusionDiagram) -> SearchPicture? {
        SearchPicture("The best fusion", "Each layer fuses one stage of each network: \(diagram.way).", diagram.svg())
    }

    private static func entropies(_ learned: [Event]) -> SearchPicture? {
        let prefix = "entropy."
        let names = Set(learned.flatMap(\.attributes.keys)).filter { $0.hasPrefix(prefix) }
            .map { String($0.dropFirst(prefix.count)) }.sorted()
        let replicas = Dictionary(grouping: learned) { $0.attributes["replica"].flatMap { Int($0) } ?? 0 }
            .sorted { $0.key < $1.key }
        let series = names.enumerated().flatMap { index, name in
            replicas.map { replica, learned in
                let title = replica == 0 ? name : "\(name), replica \(replica)"
                let points = learned.compactMap { event -> Chart.Point? in
                    guard let trials = event.attributes["trials"].flatMap(Double.init),
                        let bits = event.attributes[prefix + name].flatMap(Double.init), bits.isFinite
                    else { return nil }
                    return Chart.Point(x: trials, y: bits, title: "\(title): \(Words.plain(bits)) bits")
                }
                return Chart.Series(
                    style: ["s1", "s2", "muted"][index % 3], mark: points.count == 1 ? .dots : .line, points: points)
            }
        }
        let chart = Chart(
            label: "Entropy of the controllers' decisions over trials", xTitle: "trials learned from",
            yTitle: "bits per decision", series: series, xText: Words.countTick,
            yText: { Words.fixed($0, 3) }, width: 1200, height: 300)
        let copies = replicas.count > 1 ? " and each of its \(replicas.count) replicas" : ""
        return SearchPicture(
            "Entropy of the controllers",
            "One line for each controller (\(names.joined(separator: ", ")))\(copies); at 0 bits it always writes the"
                + " same.", chart.svg())
    }

    private static func map(_ event: Event, _ progress: SearchProgress, _ metric: Metric) -> SearchPicture? {
        let objectives = Dictionary(
            (progress.sample + progress.records).map { ($0.number, $0.objective) }
        ) { first, _ in first }
        let sorted = objectives.values.sorted()
        let points = (event.attributes["map"] ?? "").split(separator: " ").compactMap { entry -> Chart.Point? in
            let parts = entry.split(separator: ":")
            guard parts.count == 3, let trial = Int(parts[0]), let x = Double(parts[1]), let y = Double(parts[2]),
                x.isFinite, y.isFinite
            else { return nil }
            let objective = objectives[trial]
            let worse = sorted.count { $0 < objective ?? -.infinity }
            let quartile = min(3, worse * 4 / max(1, sorted.count))
            return Chart.Point(
                x: x, y: y, title: "trial \(trial): \(Words.worth(objective, of: metric))",
                style: "q\(quartile)" + (trial == progress.records.last?.number ? " strong" : ""))
        }
        let chart = Chart(
            label: "Networks in the embedding; the color is the validation \(metric.name)", xTitle: "", yTitle: "",
            series: [.init(style: "front", mark: .dots, points: points)], xText: Words.plain, yText: Words.plain,
            width: 1200, height: 380)
        let ranking = event.attributes["ranking"].flatMap(Double.init).map { Words.percent($0) } ?? "–"
        return SearchPicture(
            "The embedding in which the search climbs",
            "The first two principal components of \(points.count) networks; the brightest color is the best "
                + "quarter. The predictor ranks \(ranking) of all pairs of examples correctly.", chart.svg())
    }

    private static func lineage(_ trials: [Trial], best: Int?, _ metric: Metric) -> SearchPicture? {
        let lineage = Lineage(trials.filter { !$0.purpose.isFinal && $0.state.isMeasured })
        guard !lineage.descents.isEmpty else { return nil }
        func point(_ trial: Trial, _ style: String = "") -> Chart.Point {
            Chart.Point(
                x: Double(trial.id.number), y: metric.utility(of: trial.objective ?? 0),
                title: "trial \(trial.id.number), \(trial.origin): \(Words.worth(trial.objective, of: metric))",
                style: style)
        }
        func lines(_ descents: [Lineage.Descent], _ style: String) -> [Chart.Series] {
            descents.map { .init(style: style, mark: .line, points: [point($0.parent), point($0.child)]) }
        }
        let ancestry = lineage.ancestry(of: best)
        let others = lineage.descents.filter { !ancestry.contains($0) }
        let dots = lineage.trials.map { point($0, $0.id.number == best ? "strong" : "") }
        let chart = Chart(
            label: "Ancestry of the last \(dots.count) trials", xTitle: "trial", yTitle: "validation \(metric.name)",
            series: lines(others, "muted") + lines(ancestry, "s1") + [.init(style: "s1", mark: .dots, points: dots)],
            xText: Words.countTick, yText: { Words.tick($0, of: metric) }, width: 1200, height: 380)
        return SearchPicture(
            "Ancestry",
            "The last \(Words.amount(dots.count, "trial")); each line leads from parent to child; those of the best "
                + "trial's ancestors stand out.", chart.svg())
    }
}

/// The ancestry of trials.
struct Lineage {
    /// A parent and its child.
    struct Descent: Hashable {
        var parent: Trial
        var child: Trial
    }

    let trials: [Trial]
    let descents: [Descent]

    /// Builds the ancestry of trials; ignores parents that are not among them.
    init(_ trials: [Trial]) {
        self.trials = trials
        let byNumber = Dictionary(trials.map { ($0.id.number, $0) }) { first, _ in first }
        descents = trials.flatMap { child in
            child.parents.compactMap { byNumber[$0] }.map { Descent(parent: $0, child: child) }
        }
    }

    /// The links that lead to a trial.
    func ancestry(of trial: Int?) -> [Descent] {
        var (wanted, found) = (Set([trial].compactMap { $0 }), [Descent]())
        // Children are younger than their parents.
        for descent in descents.sorted(by: { $0.child.id.number > $1.child.id.number })
        where wanted.contains(descent.child.id.number) {
            found.append(descent)
            wanted.insert(descent.parent.id.number)
        }
        return found
    }
}
