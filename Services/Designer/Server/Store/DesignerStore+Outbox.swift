import GRDB
import Model
import Storage

/// Something that another service has to receive.
struct OutboxEntry: Hashable {
    /// What it is.
    enum Kind: String {
        /// A `TrialObservation` for the knowledge service.
        case observation
        /// A `TrainedModel` for the registry.
        case model
        /// The name of a group whose tasks the trainer and the evaluator are to withdraw.
        case cancellation
    }

    var number: Int64
    var kind: Kind
    var payload: String
}

extension DesignerStore {
    /// Posts a delivery in the caller's transaction.
    func post(_ delivery: SearchDecision.Delivery, in db: Database) throws {
        switch delivery {
        case .observation(let observation): try post(kind: .observation, try Self.json(observation), in: db)
        case .model(let model): try post(kind: .model, try Self.json(model), in: db)
        }
    }

    func post(kind: OutboxEntry.Kind, _ payload: String, in db: Database) throws {
        let statement = try db.cachedStatement(sql: "INSERT INTO outbox (kind, payload) VALUES (?, ?)")
        try statement.execute(arguments: [kind.rawValue, payload])
        let posted = posted
        db.afterNextTransaction { _ in posted.wake(.anything) }
    }

    /// What waits to be delivered, oldest first.
    func waitingDeliveries(of kinds: Set<OutboxEntry.Kind>, limit: Int = 100) async throws -> [OutboxEntry] {
        try await database.read { db in
            let names = kinds.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT number, kind, payload FROM outbox WHERE failure IS NULL AND kind IN (\(names))
                    ORDER BY number LIMIT ?
                    """, arguments: [limit])
            return rows.compactMap { row in
                OutboxEntry.Kind(rawValue: row["kind"]).map {
                    OutboxEntry(number: row["number"], kind: $0, payload: row["payload"])
                }
            }
        }
    }

    /// Forgets a delivery that was received.
    func remove(_ entry: OutboxEntry) async throws {
        try await database.write { db in
            try db.execute(sql: "DELETE FROM outbox WHERE number = ?", arguments: [entry.number])
        }
    }

    /// Sets a delivery aside that the receiver refuses for good, and says so in the event log.
    func setAside(_ entry: OutboxEntry, _ failure: Failure) async throws {
        try await database.write { db in
            try db.execute(
                sql: "UPDATE outbox SET failure = ? WHERE number = ?",
                arguments: [try Self.json(failure), entry.number])
            try events.append(
                kind: "delivery.refused", subject: "\(entry.number)",
                attributes: [
                    "kind": entry.kind.rawValue, "code": failure.code.rawValue, "message": failure.message,
                ], in: db)
        }
    }
}
