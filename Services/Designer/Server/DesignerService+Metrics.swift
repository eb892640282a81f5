import DesignerClient
import GRDB
import ServiceClient
public import ServiceKit
import Storage

extension DesignerService {
    /// Metrics: the numbers of scenarios, trials and messages.
    public var metrics: MetricSource {
        {
            try await store.database.read { db in
                func counts(_ table: String) throws -> [Int: Int] {
                    let rows = try Row.fetchAll(db, sql: "SELECT state, COUNT(*) AS count FROM \(table) GROUP BY state")
                    return Dictionary(uniqueKeysWithValues: rows.map { ($0["state"], $0["count"]) })
                }
                let (scenarios, trials) = (try counts("scenarios"), try counts("trials"))
                let messages = try Int.fetchOne(
                    db, sql: "SELECT COUNT(*) FROM outbox_messages WHERE refusal IS NULL")
                return ScenarioState.allCases.map { state in
                    MetricSample(.scenarios, [("state", "\(state)")], Double(scenarios[state.rawValue] ?? 0))
                }
                    + TrialState.allCases.map { state in
                        MetricSample(.trials, [("state", "\(state)")], Double(trials[state.rawValue] ?? 0))
                    } + [MetricSample(.outbox, Double(messages ?? 0))]
            }
        }
    }
}
