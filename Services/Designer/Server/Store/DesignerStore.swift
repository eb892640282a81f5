import DesignerClient
import DesignerSearch
import Foundation
import GRDB
import Model
import Search
import Storage

/// Scenarios and their trials in the designer's database.
///
/// Each writing method is a complete transaction with its events, or part of the caller's.
public struct DesignerStore: Sendable {
    let database: ServiceDatabase
    let events: EventLog
    let outbox: DesignerOutbox
    let now: @Sendable () -> Date
    /// Notified with the identity of a scenario that has ended.
    let ended = WaitList<String>()
    /// Notified with the identity of a scenario whose trials have changed.
    let advanced = WaitList<String>()

    /// Makes a store over the designer's database.
    /// - Parameter now: Current time, replaced in tests.
    init(
        _ database: ServiceDatabase, events: EventLog, outbox: DesignerOutbox,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.database = database
        self.events = events
        self.outbox = outbox
        self.now = now
    }

    /// A scenario with everything that a search needs of it.
    struct Entry: Hashable {
        var id: ScenarioID
        var file: String
        var text: String
        /// Search space of its trials' genomes.
        var space: String
        var state: ScenarioState
        var generation: Int
        var isPrepared: Bool
        var seeds: [Genome]?
        /// Facts derived from the text, for display.
        var facts: ScenarioFacts?

        /// Name of the scenario's task in the designer's own queue.
        var task: String { ScenarioPlan.group(id, generation) }
    }

    // MARK: Publishing

    /// Adds a scenario; a known identity with the same text changes nothing.
    /// - Returns: Whether it was added.
    /// - Throws: `Failure` with code `conflict` if the identity belongs to another text.
    func insert(
        _ id: ScenarioID, _ scenario: Scenario, space: SearchSpace, text: String, file: String, in db: Database
    ) throws -> Bool {
        if let known = try String.fetchOne(db, sql: "SELECT text FROM scenarios WHERE id = ?", arguments: [id.text]) {
            guard known == text else {
                throw Failure(
                    .conflict, "Scenario '\(id)' was published with a different text; use another ID.")
            }
            return false
        }
        // The queues know its tasks, and do no task twice.
        if try Row.fetchOne(db, sql: "SELECT 1 FROM removed_scenarios WHERE id = ?", arguments: [id.text]) != nil {
            throw Failure(.conflict, "Scenario '\(id)' was removed; publish this one under another ID.")
        }
        try db.execute(
            sql: """
                INSERT INTO scenarios (id, name, file, text, space, trials, state, published, latency_limit,
                    metric, facts)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id.text, scenario.name, file, text, space.description, scenario.search.trials,
                ScenarioState.queued.rawValue, now().microseconds, scenario.limits.latency, scenario.objective.name,
                try Self.json(ScenarioFacts(scenario, space)),
            ])
        try events.append(
            kind: "scenario.published", subject: id.text,
            attributes: ["name": scenario.name, "trials": "\(scenario.search.trials)"], in: db)
        return true
    }

    // MARK: Running

    /// Marks a scenario's search as running.
    /// - Returns: The scenario; nil if it has ended, or if the task is not its latest.
    func start(task: String) async throws -> Entry? {
        try await database.write { db in
            guard let entry = try entry(ofTask: task, in: db), !entry.state.isFinal, entry.task == task else {
                return nil
            }
            guard entry.state == .queued else { return entry }
            try db.execute(
                sql: "UPDATE scenarios SET state = ? WHERE id = ?",
                arguments: [ScenarioState.running.rawValue, entry.id.text])
            try events.append(
                kind: "scenario.started", subject: entry.id.text,
                attributes: ["generation": "\(entry.generation)"], in: db)
            return entry
        }
    }

    /// Writes the decision of a search, unless its scenario was canceled meanwhile.
    /// - Throws: `CancellationError` in that case.
    func apply(_ decision: SearchDecision, to entry: Entry) async throws {
        let advanced = advanced
        try await database.write { db in
            let state = try Row.fetchOne(
                db, sql: "SELECT state, generation FROM scenarios WHERE id = ?", arguments: [entry.id.text])
            guard let state, state["state"] == ScenarioState.running.rawValue, state["generation"] == entry.generation
            else { throw CancellationError() }
            if decision.isPrepared {
                try db.execute(sql: "UPDATE scenarios SET prepared = 1 WHERE id = ?", arguments: [entry.id.text])
            }
            if let seeds = decision.seeds {
                try db.execute(
                    sql: "UPDATE scenarios SET seeds = ? WHERE id = ?",
                    arguments: [seeds.map(\.description).joined(separator: " "), entry.id.text])
            }
            for trial in decision.trials { try save(trial, in: db) }
            for delivery in decision.deliveries { try outbox.post(delivery, in: db) }
            for note in decision.notes {
                try events.append(kind: note.kind, subject: note.subject, attributes: note.attributes, in: db)
            }
            if let conclusion = decision.conclusion { try conclude(entry.id, conclusion, decision.shortfall, in: db) }
            if !decision.trials.isEmpty { db.afterNextTransaction { _ in advanced.wake(entry.id.text) } }
        }
    }

    private func conclude(
        _ id: ScenarioID, _ conclusion: SearchDecision.Conclusion, _ shortfall: Failure? = nil, in db: Database
    ) throws {
        switch conclusion {
        case .succeeded(let model):
            try db.execute(
                sql: "UPDATE scenarios SET state = ?, ended = ?, model = ?, failure = ? WHERE id = ?",
                arguments: [
                    ScenarioState.succeeded.rawValue, now().microseconds, model,
                    try shortfall.map { try Self.json($0) }, id.text,
                ])
        case .failed(let failure):
            try db.execute(
                sql: "UPDATE scenarios SET state = ?, ended = ?, failure = ? WHERE id = ?",
                arguments: [
                    ScenarioState.failed.rawValue, now().microseconds, try Self.json(failure), id.text,
                ])
            try cancelTrials(of: id, in: db)
        }
        wake(id, in: db)
    }

    /// Notifies clients that wait for the scenario's end, once it is on disk.
    private func wake(_ id: ScenarioID, in db: Database) {
        let ended = ended
        db.afterNextTransaction { _ in ended.wake(id.text) }
    }

    private func save(_ trial: Trial, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO trials
                    (scenario, number, state, genome, purpose, source, modality, replica, step, origin, parents,
                        network, code, objective, metrics, script, weights, setup, tracks, failure, rungs, checkpoint)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET state = excluded.state, code = excluded.code, objective = excluded.objective,
                    metrics = excluded.metrics, script = excluded.script, weights = excluded.weights,
                    setup = excluded.setup, tracks = excluded.tracks, failure = excluded.failure,
                    rungs = excluded.rungs, checkpoint = excluded.checkpoint
                """)
        let purpose = trial.purpose
        try statement.execute(arguments: [
            trial.id.scenario.text, trial.id.number, trial.state.rawValue, trial.genome, purpose.kind.rawValue,
            purpose.source, purpose.modality, purpose.placement?.replica,
            purpose.placement?.step ?? purpose.fold, trial.origin,
            try Self.json(trial.parents), trial.networkName, trial.code, trial.objective,
            try Self.json(trial.metrics), trial.network?.script.hexadecimal, trial.network?.weights.hexadecimal,
            trial.tracker?.setup.hexadecimal, trial.tracker?.tracks.hexadecimal,
            try trial.failure.map { try Self.json($0) }, try Self.json(trial.rungs), trial.checkpoint?.hexadecimal,
        ])
    }

    /// Ends the scenario of a task as failed, regardless of its other rows, and cancels its tasks.
    func fail(task: String, _ failure: Failure) async throws {
        try await database.write { db in
            let id = try ScenarioID(String(task.prefix { $0 != "." }))
            let row = try Row.fetchOne(
                db, sql: "SELECT generation FROM scenarios WHERE id = ? AND \(Self.isUnfinished)",
                arguments: [id.text])
            guard let row, ScenarioPlan.group(id, row["generation"]) == task else { return }
            try conclude(id, .failed(failure), in: db)
            try outbox.postCancellation(of: task, in: db)
            try events.append(
                kind: "scenario.failed", subject: id.text,
                attributes: ["code": failure.code.rawValue, "message": failure.message], in: db)
        }
    }

    // MARK: Canceling and resuming

    /// Cancels the tasks of a search that ended before they did.
    func cancelTasks(of entry: Entry) async throws {
        try await database.write { db in try outbox.postCancellation(of: entry.task, in: db) }
    }

    /// Cancels a scenario that has not ended, with its trials.
    /// - Returns: Whether it had not ended.
    func cancel(_ entry: Entry, in db: Database) throws -> Bool {
        guard !entry.state.isFinal else { return false }
        try db.execute(
            sql: "UPDATE scenarios SET state = ?, ended = ? WHERE id = ?",
            arguments: [ScenarioState.cancelled.rawValue, now().microseconds, entry.id.text])
        try cancelTrials(of: entry.id, in: db)
        try outbox.postCancellation(of: entry.task, in: db)
        try events.append(kind: "scenario.cancelled", subject: entry.id.text, in: db)
        wake(entry.id, in: db)
        return true
    }

    private func cancelTrials(of id: ScenarioID, in db: Database) throws {
        try db.execute(
            sql: "UPDATE trials SET state = ? WHERE scenario = ? AND \(Self.isOpen)",
            arguments: [TrialState.cancelled.rawValue, id.text])
    }

    /// Puts a canceled or failed scenario back into the queue, under a new generation, where it stopped.
    ///
    /// Canceled trials are run again. Failed trials are run again only if the whole scenario failed, because then the
    /// cause of their failure was probably fixed.
    func resume(_ entry: Entry, in db: Database) throws {
        let again: [TrialState] = entry.state == .failed ? [.failed, .cancelled] : [.cancelled]
        try db.execute(
            sql: """
                UPDATE trials SET state = ?, script = NULL, weights = NULL, setup = NULL, tracks = NULL, failure = NULL
                WHERE scenario = ? AND \(Self.condition("state", again.map(\.rawValue)))
                """, arguments: [TrialState.training.rawValue, entry.id.text])
        try db.execute(
            sql: """
                UPDATE scenarios SET state = ?, generation = generation + 1, ended = NULL, failure = NULL,
                    prepared = 0
                WHERE id = ?
                """, arguments: [ScenarioState.queued.rawValue, entry.id.text])
        try events.append(
            kind: "scenario.resumed", subject: entry.id.text,
            attributes: ["generation": "\(entry.generation + 1)"], in: db)
    }

    // MARK: Removing

    /// Removes a scenario with its trials.
    /// - Throws: `Failure` with code `conflict` if its search has not ended.
    func remove(_ entry: Entry, in db: Database) throws {
        guard entry.state.isFinal else {
            throw Failure(
                .conflict,
                "Scenario '\(entry.id)' is \(entry.state); stop its search first: gyrus cancel \(entry.id)")
        }
        // Trials, explanations and models to fuse are deleted with it.
        try db.execute(sql: "DELETE FROM scenarios WHERE id = ?", arguments: [entry.id.text])
        try db.execute(sql: "INSERT INTO removed_scenarios (id) VALUES (?)", arguments: [entry.id.text])
        try events.append(kind: "scenario.removed", subject: entry.id.text, in: db)
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ text: String, as type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
