import Logging
import Model
import ServiceLifecycle
import Storage

/// Delivers what was written for other services, each to its receiver, until it is received.
///
/// The receivers know what they have seen, so delivering twice does no harm. Each kind has its own line: while the
/// knowledge service is away, models still reach the registry.
struct Outbox: Service {
    let store: DesignerStore
    let peers: DesignerPeers
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                for kinds: Set<OutboxEntry.Kind> in [[.observation], [.model], [.cancellation]] {
                    group.addTask { await deliver(kinds) }
                }
            }
        }
    }

    /// Delivers all of some kinds, for ever.
    private func deliver(_ kinds: Set<OutboxEntry.Kind>) async {
        while !Task.isCancelled {
            let ticket = store.posted.ticket(for: [.anything])
            defer { ticket.discard() }
            do {
                let waiting = try await store.waitingDeliveries(of: kinds)
                for entry in waiting { try await deliver(entry) }
                if waiting.isEmpty { await ticket.wait(for: .seconds(60)) }
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning("delivery is held up", metadata: ["error": "\(Failure(error).message)"])
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Delivers one; what is refused for good is set aside, so that the rest can pass.
    func deliver(_ entry: OutboxEntry) async throws {
        do {
            switch entry.kind {
            case .observation: try await peers.knowledge.record(try DesignerStore.value(entry.payload))
            case .model: try await peers.registry.register(try DesignerStore.value(entry.payload))
            case .cancellation:
                try await peers.trainer.cancel(group: entry.payload)
                try await peers.evaluator.cancel(group: entry.payload)
            }
        } catch let failure as Failure where !failure.isRetriable {
            logger.error(
                "delivery was refused", metadata: ["kind": "\(entry.kind.rawValue)", "error": "\(failure.message)"])
            return try await store.setAside(entry, failure)
        }
        try await store.remove(entry)
    }
}
