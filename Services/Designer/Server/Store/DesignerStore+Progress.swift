import DesignerClient
import GRDB
import Model

extension DesignerStore {
    /// Most trials in the sample, and most of each other list: what one reply holds.
    private static let largestList = 1_000

    /// One page of a scenario's trials; those that lack the figure come last, and equal ones by number.
    func trials(
        of id: String, by order: TrialOrder, descending: Bool, offset: Int, limit: Int
    ) async throws -> [Trial] {
        let limit = limit > 0 ? min(limit, Self.largestPage) : Self.largestPage
        let column = Self.column(of: order)
        return try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM trials WHERE scenario = ?
                    ORDER BY \(column) \(descending ? "DESC" : "ASC") NULLS LAST, number LIMIT ? OFFSET ?
                    """, arguments: [try entry(id, in: db).id.text, limit, offset]
            ).map(trial)
        }
    }

    private static func column(of order: TrialOrder) -> String {
        switch order {
        case .number: "number"
        case .objective: "objective"
        case .testAccuracy: metric("test-accuracy")
        case .parameters: metric("parameters")
        case .latency: metric("latency-milliseconds")
        case .seconds: metric("seconds")
        }
    }

    private static func metric(_ name: String) -> String { "json_extract(metrics, '$.\"\(name)\"')" }

    /// How a search went so far.
    func progress(of id: String, sample: Int) async throws -> SearchProgress {
        let sample = sample > 0 ? min(sample, Self.largestList) : Self.largestList
        return try await database.read { db in
            let id = try entry(id, in: db).id.text
            let counts = try Row.fetchAll(
                db,
                sql: """
                    SELECT state, origin LIKE 'final %' AS final, COUNT(*) AS count FROM trials WHERE scenario = ?
                    GROUP BY 1, 2
                    """, arguments: [id])
            let figures = try Row.fetchAll(
                db,
                sql: """
                    SELECT number, objective, \(Self.metric("parameters")) AS parameters,
                        \(Self.metric("latency-milliseconds")) AS latency
                    FROM trials WHERE scenario = ? AND state = 3 AND origin NOT LIKE 'final %' ORDER BY number
                    """, arguments: [id]
            ).map { row in
                // By position: names are looked up for each of many rows.
                SearchProgress.Figures(
                    number: row[0], objective: row[1] ?? 0, parameters: row[2] ?? 0, latency: row[3] ?? 0)
            }
            return SearchProgress(
                counts: Self.counts(counts.filter { $0["final"] == 0 }),
                finals: counts.filter { $0["final"] == 1 }.reduce(0) { $0 + $1["count"] },
                records: SearchProgress.records(of: figures).suffix(Self.largestList),
                front: Array(SearchProgress.front(of: figures).prefix(Self.largestList)),
                sample: SearchProgress.sample(of: figures, at: sample))
        }
    }

    private static func counts(_ rows: [Row]) -> [TrialState: Int] {
        let pairs = rows.compactMap { row in TrialState(rawValue: row["state"]).map { ($0, row["count"] as Int) } }
        return Dictionary(pairs) { $0 + $1 }
    }
}

extension SearchProgress {
    /// Each trial that was better than all before it.
    static func records(of trials: [Figures]) -> [Figures] {
        var best = -Double.infinity
        return trials.filter { trial in
            guard trial.objective > best else { return false }
            best = trial.objective
            return true
        }
    }

    /// Trials that no other beats in objective, parameters and latency together, by parameters.
    static func front(of trials: [Figures]) -> [Figures] {
        // With fewer parameters first, only what was kept already can beat a trial.
        let ordered = trials.sorted {
            ($0.parameters, -$0.objective, $0.latency, $0.number) < (
                $1.parameters, -$1.objective, $1.latency, $1.number
            )
        }
        var front: [Figures] = []
        for trial in ordered
        where !front.contains(where: { $0.objective >= trial.objective && $0.latency <= trial.latency }) {
            front.append(trial)
        }
        return front
    }

    /// At most `count` trials at even distances.
    static func sample(of trials: [Figures], at count: Int) -> [Figures] {
        guard trials.count > count else { return trials }
        return (0..<count).map { trials[$0 * trials.count / count] }
    }
}
