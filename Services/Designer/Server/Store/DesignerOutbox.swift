import DesignerSearch
import Foundation
import GRDB
import Logging
import Model
import ServiceLifecycle
import Storage
import WorkQueueServer

/// The designer's messages to other services, posted in the transaction of the change that they report.
struct DesignerOutbox: Service {
    private enum Destination: String {
        /// Outcomes, as `TrialObservation`.
        case knowledge
        /// Networks with weights, as `TrainedModel`.
        case registry
        /// Names of groups whose tasks to cancel in the trainer.
        case trainer
        /// Names of groups whose tasks to cancel in the evaluator.
        case evaluator
    }

    private let outbox: Outbox

    init(_ database: ServiceDatabase, events: EventLog, peers: DesignerPeers, logger: Logger) {
        let deliveries: [Destination: Outbox.Delivery] = [
            .knowledge: { try await peers.knowledge.record(JSONDecoder().decode(from: $0.payload)) },
            .registry: { try await peers.registry.register(JSONDecoder().decode(from: $0.payload)) },
            .trainer: { try await peers.trainer.cancel(group: String(decoding: $0.payload, as: UTF8.self)) },
            .evaluator: { try await peers.evaluator.cancel(group: String(decoding: $0.payload, as: UTF8.self)) },
        ]
        outbox = Outbox(
            database, events: events, logger: logger,
            deliveries: Dictionary(uniqueKeysWithValues: deliveries.map { ($0.key.rawValue, $0.value) }))
    }

    /// Delivers until the service stops.
    func run() async throws { try await outbox.run() }

    /// Posts a search's messages.
    func post(_ delivery: SearchDecision.Delivery, in db: Database) throws {
        switch delivery {
        case .observation(let observation): try post(Array(JSONEncoder().encode(observation)), to: .knowledge, in: db)
        case .model(let model): try post(Array(JSONEncoder().encode(model)), to: .registry, in: db)
        }
    }

    /// Cancels all tasks of a group.
    func postCancellation(of group: String, in db: Database) throws {
        for destination in [Destination.trainer, .evaluator] { try post(Array(group.utf8), to: destination, in: db) }
    }

    private func post(_ payload: [UInt8], to destination: Destination, in db: Database) throws {
        try outbox.post(payload, to: destination.rawValue, in: db)
    }

    /// Number of outcomes and models waiting for delivery.
    func waiting() async throws -> Int {
        let outcomes = try await outbox.waiting(for: Destination.knowledge.rawValue)
        return try await outcomes + outbox.waiting(for: Destination.registry.rawValue)
    }
}

extension JSONDecoder {
    fileprivate func decode<Value: Decodable>(from bytes: [UInt8]) throws -> Value {
        try decode(Value.self, from: Data(bytes))
    }
}
