import DesignerClient
import GRDB
import Model
import Storage

extension DesignerStore {
    /// Maximum number of trials in the sample and in each other list: the limit of one reply.
    private static let largestList = 1_000

    /// One page of a scenario's trials; those without the value come last, and ties are sorted by number.
    func trials(
        of id: String, by order: TrialOrder, descending: Bool, offset: Int, limit: Int
    ) async throws -> [Trial] {
        let limit = limit > 0 ? min(limit, Self.largestPage) : Self.largestPage
        return try await database.read { db in
            let entry = try entry(id, in: db)
            let name = try String.fetchOne(
                db, sql: "SELECT metric FROM scenarios WHERE id = ?", arguments: [entry.id.text])
            let column = Self.column(of: order, name.flatMap(Metric.init(named:)) ?? .accuracy)
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM trials WHERE scenario = ?
                    ORDER BY \(column) \(descending ? "DESC" : "ASC") NULLS LAST, number LIMIT ? OFFSET ?
                    """, arguments: [entry.id.text, limit, offset]
            ).map(Self.trial)
        }
    }

    private static func column(of order: TrialOrder, _ objective: Metric) -> String {
        switch order {
        case .number: "number"
        case .objective: "objective"
        case .test: metric(objective.name(on: "test"))
        case .parameters: metric(Scenario.Cost.parameters.metric)
        case .latency: latency
        case .seconds: metric(TrainingCost.seconds)
        }
    }

    private static func metric(_ name: String) -> String { "json_extract(metrics, '$.\"\(name)\"')" }

    /// The latency of a trial, as an SQL expression.
    static let latency = metric(Scenario.Cost.latency.metric)

    /// The progress of a search.
    func progress(of id: String, sample: Int) async throws -> SearchProgress {
        let sample = sample > 0 ? min(sample, Self.largestList) : Self.largestList
        return try await database.read { db in
            let entry = try entry(id, in: db)
            let (id, facts) = (entry.id.text, entry.facts)
            let counts = try Row.fetchAll(
                db,
                sql: """
                    SELECT state, \(Self.isFinal) AS final, COUNT(*) AS count FROM trials WHERE scenario = ?
                    GROUP BY 1, 2
                    """, arguments: [id])
            let measured = try Row.fetchAll(
                db,
                sql: """
                    SELECT number, objective, \(Self.metric("parameters")) AS parameters, \(Self.latency) AS latency,
                        \(Self.metric("operations")) AS operations
                    FROM trials WHERE scenario = ? AND \(Self.isMeasured) AND NOT \(Self.isFinal) ORDER BY number
                    """, arguments: [id]
            ).map { row in
                // By position, because looking up names for many rows is slow.
                SearchProgress.Metrics(
                    number: row[0], objective: row[1] ?? 0, parameters: row[2] ?? 0, latency: row[3] ?? 0,
                    operations: row[4] ?? 0)
            }
            let allowed = measured.filter { $0.latency <= facts?.latencyLimit ?? .infinity }
            let halving = try Row.fetchOne(
                db,
                sql: """
                    SELECT SUM(\(Self.metric("epochs"))) AS epochs,
                        TOTAL(json_array_length(rungs) > 1 OR \(Self.isOpen) AND rungs != '[]') AS promoted
                    FROM trials WHERE scenario = ? AND NOT \(Self.isFinal)
                    """, arguments: [id])
            return SearchProgress(
                counts: Self.counts(counts.filter { $0["final"] == 0 }),
                finals: counts.filter { $0["final"] == 1 }.reduce(0) { $0 + $1["count"] },
                records: SearchProgress.records(of: allowed).suffix(Self.largestList),
                front: Array(SearchProgress.front(of: allowed, by: facts?.minimized ?? []).prefix(Self.largestList)),
                sample: SearchProgress.sample(of: measured, at: sample),
                epochs: Int(halving?["epochs"] as Double? ?? 0), promoted: Int(halving?["promoted"] as Double? ?? 0))
        }
    }

    private static func counts(_ rows: [Row]) -> [TrialState: Int] {
        let pairs = rows.compactMap { row in TrialState(rawValue: row["state"]).map { ($0, row["count"] as Int) } }
        return Dictionary(pairs) { $0 + $1 }
    }
}

extension SearchProgress {
    /// Each trial that was better than all before it.
    static func records(of trials: [Metrics]) -> [Metrics] {
        var best = -Double.infinity
        return trials.filter { trial in
            guard trial.objective > best else { return false }
            best = trial.objective
            return true
        }
    }

    /// Trials that no other dominates in the objective and some costs, by parameters; of ties, the first.
    static func front(of trials: [Metrics], by costs: [Scenario.Cost]) -> [Metrics] {
        let costs = costs.isEmpty ? [.parameters, .latency] : costs
        // Better ones first, so that only an already kept trial can dominate another.
        let ordered = trials.map { trial in (trial: trial, costs: costs.map { trial[$0] } + [-trial.objective]) }
            .sorted {
                $0.costs == $1.costs ? $0.trial.number < $1.trial.number : $0.costs.lexicographicallyPrecedes($1.costs)
            }
        var front: [(trial: Metrics, costs: [Double])] = []
        for candidate in ordered
        where !front.contains(where: { zip($0.costs, candidate.costs).allSatisfy { $0 <= $1 } }) {
            front.append(candidate)
        }
        return front.map(\.trial).sorted { ($0.parameters, $0.number) < ($1.parameters, $1.number) }
    }

    /// At most `count` trials at even distances.
    static func sample(of trials: [Metrics], at count: Int) -> [Metrics] {
        guard trials.count > count else { return trials }
        return (0..<count).map { trials[$0 * trials.count / count] }
    }
}

extension SearchProgress.Metrics {
    fileprivate subscript(_ cost: Scenario.Cost) -> Double {
        switch cost {
        case .parameters: parameters
        case .operations: operations
        case .latency: latency
        }
    }
}
