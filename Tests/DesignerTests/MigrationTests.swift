import DesignerClient
import Foundation
import GRDB
import Model
import Storage
import Testing

@testable import DesignerSearch
@testable import DesignerServer

@Suite struct MigrationTests {
    /// What an older designer kept of a trial.
    private struct OldTrial {
        var origin: String
        var network = "image: LeNet3×1 adam"
        var code = "LeNet3; vision; classification; LeNet; MNIST; 60K; 97%; Adam; Gyrus1.0"
        var metrics = "{}"
    }

    private static let digest = String(repeating: "ab", count: 32)

    /// A migrated database of an older designer with one scenario.
    private func migrated(_ text: String, _ trials: [OldTrial]) throws -> DatabaseQueue {
        var migrator = DatabaseMigrator()
        EventLog.registerMigrations(in: &migrator)
        DesignerStore.registerMigrations(in: &migrator)
        let database = try DatabaseQueue()
        try migrator.migrate(database, upTo: "keep the metric of the objective")
        try database.write { db in
            try db.execute(
                sql: """
                    INSERT INTO scenarios (id, name, file, text, space, trials, state, published)
                    VALUES ('s1', 's', 'f.yaml', ?, '', 9, 3, 0)
                    """, arguments: [text])
            for (number, trial) in trials.enumerated() {
                try db.execute(
                    sql: """
                        INSERT INTO trials
                            (scenario, number, state, genome, origin, network, code, metrics, script, weights)
                        VALUES ('s1', ?, 3, '1', ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        number, trial.origin, trial.network, trial.code, trial.metrics, Self.digest, Self.digest,
                    ])
            }
        }
        try migrator.migrate(database)
        return database
    }

    private func trials(_ database: DatabaseQueue) async throws -> [Trial] {
        try await database.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM trials ORDER BY number").map(DesignerStore.trial)
        }
    }

    @Test func `what older versions stored in an origin is migrated once`() async throws {
        let replica = #"{"controller-replica":2,"controller-step":5,"parameters":7}"#
        let database = try migrated(
            "scenario: s\nmodalities: {image: {dataset: mnist}}",
            [
                OldTrial(origin: "random"), OldTrial(origin: "alone", network: "audio: LeNet5"),
                OldTrial(origin: "crossover 0 × 1, mutation"), OldTrial(origin: "neighbour 2"),
                OldTrial(origin: "controller 3, step 6", metrics: replica), OldTrial(origin: "final 3"),
                OldTrial(origin: "final 3, fine-tuned"), OldTrial(origin: "controller after 12"),
            ])
        let trials = try await trials(database)
        #expect(
            trials.map(\.purpose) == [
                .candidate, .backbone(modality: "audio"), .candidate, .candidate, .replica(2, step: 5), .final(of: 3),
                .fineTuned(of: 3), .candidate,
            ])
        #expect(trials.map(\.parents) == [[], [], [0, 1], [2], [], [], [], []])
        #expect(trials[4].metrics == ["parameters": 7])
        let digest = try BlobDigest(Self.digest)
        #expect(trials.allSatisfy { $0.artifact == .network(script: digest, weights: digest) })
    }

    @Test func `files of an older tracker search become a setup and tracks`() async throws {
        let code = "ByteTrack on one; vision; tracking; tracker; MOT17; 0; 80%; none; Gyrus1.0"
        let database = try migrated(
            "a text that no version reads",
            [OldTrial(origin: "fixed", code: code), OldTrial(origin: "final 0", code: code)])
        let trials = try await trials(database)
        #expect(trials.map(\.purpose) == [.baseline, .final(of: 0)])
        let digest = try BlobDigest(Self.digest)
        #expect(trials.allSatisfy { $0.artifact == .tracker(setup: digest, tracks: digest) })
        let facts = try await database.read { db in try String.fetchOne(db, sql: "SELECT facts FROM scenarios") }
        #expect(facts == nil)
    }

    @Test func `facts derived from a scenario's text are stored with it`() async throws {
        let text = """
            scenario: s
            modalities: {image: {dataset: mnist}, audio: {dataset: fsdd}}
            objective: {maximize: accuracy, minimize: [latency], limits: {latency: 5ms}}
            search: {method: evolution, trials: 8}
            """
        let facts = try await migrated(text, []).read { db in
            try String.fetchOne(db, sql: "SELECT facts FROM scenarios")
        }
        let kept: ScenarioFacts = try DesignerStore.value(try #require(facts))
        #expect(kept == ScenarioFacts(try ScenarioFile(text).scenario))
        #expect(kept.task == .classification && kept.minimized == [.latency] && kept.latencyLimit == 5)
        #expect(kept.method == .evolution && kept.fused.isEmpty && kept.heldOut.isEmpty)
    }
}
