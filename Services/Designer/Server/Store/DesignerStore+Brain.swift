import Brain
import GRDB
import Model
import Storage

extension DesignerStore {
    /// Whether there is a scenario with an identity.
    func isKnown(_ id: ScenarioID) async throws -> Bool {
        try await database.read { db in
            try Int.fetchOne(db, sql: "SELECT 1 FROM scenarios WHERE id = ?", arguments: [id.text]) != nil
        }
    }

    /// Stores what a new scenario engages.
    func keep(_ explanation: Explanation, of id: ScenarioID, in db: Database) throws {
        try db.execute(
            sql: "INSERT INTO explanations (scenario, text) VALUES (?, ?)", arguments: [id.text, explanation.json])
        try events.append(
            kind: "scenario.resolved", subject: id.text,
            attributes: [
                "areas": explanation.areas.filter(\.isActivated).map(\.path).joined(separator: " "),
                "regions": "\(explanation.regions.count)", "fusion": explanation.fusionOrder.joined(separator: " "),
            ], in: db)
        for word in explanation.unknownWords ?? [] {
            try events.append(
                kind: "scenario.warning", subject: id.text, attributes: ["message": word.warning], in: db)
        }
    }

    /// What a scenario engages; nil if it was published before this was stored.
    func explanation(of id: ScenarioID) async throws -> Explanation? {
        let text = try await database.read { db in
            try String.fetchOne(db, sql: "SELECT text FROM explanations WHERE scenario = ?", arguments: [id.text])
        }
        return try text.map { try Explanation(json: $0) }
    }
}
