import DesignerClient
public import Logging
import Messaging
import Model
import RegistryClient
public import ServiceClient
import WorkQueueClient

/// The services behind the console. Requests time out quickly: a page that lacks a part is better than one that hangs.
public struct Backends: Sendable {
    let registry: RegistryClient
    let designer: DesignerClient
    private let queues: [ServiceName: QueueClient]
    private let services: [ServiceName: ServiceClient]
    private let patience: Duration

    /// Connects to all services, whether or not they are up.
    /// - Parameter patience: How long a service may take to answer.
    public init(_ directory: ServiceDirectory, patience: Duration, logger: Logger) throws {
        var connections: [ServiceName: RequestClient] = [:]
        for name in ServiceName.allCases { connections[name] = try directory.connect(to: name, logger: logger) }
        func connection(_ name: ServiceName) throws -> RequestClient {
            guard let found = connections[name] else { throw Failure(.internal, "The console does not know \(name).") }
            return found
        }
        registry = RegistryClient(try connection(.registry), patience: .zero)
        designer = DesignerClient(try connection(.designer))
        services = connections.mapValues { ServiceClient($0) }
        queues = connections.filter { Self.withQueue.contains($0.key) }.mapValues { QueueClient($0) }
        self.patience = patience
    }

    /// The services that have a queue: the designer's of scenarios, the others' of tasks.
    static let withQueue: [ServiceName] = [.designer, .trainer, .evaluator]

    /// Sends a request to one service, with a deadline.
    /// - Throws: `ServiceAway` if the service does not answer.
    func ask<Value: Sendable>(
        _ service: ServiceName, _ body: @Sendable @escaping (Backends) async throws -> Value
    ) async throws -> Value {
        do {
            return try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask { try await body(self) }
                group.addTask {
                    try await Task.sleep(for: patience)
                    return nil
                }
                defer { group.cancelAll() }
                guard let value = try await group.next() ?? nil else {
                    throw Failure(.deadlineExceeded, "The service did not answer within \(patience).")
                }
                return value
            }
        } catch let failure as Failure where [.unavailable, .deadlineExceeded, .busy].contains(failure.code) {
            throw ServiceAway(service: service, reason: failure.message)
        }
    }

    /// A service's answer, or that it is away, for pages that can do without it.
    func part<Value: Sendable>(
        _ service: ServiceName, _ body: @Sendable @escaping (Backends) async throws -> Value
    ) async -> Result<Value, Failure> {
        do {
            return .success(try await ask(service, body))
        } catch let away as ServiceAway {
            return .failure(Failure(.unavailable, away.message))
        } catch {
            return .failure(Failure(error))
        }
    }

    /// The queue of a service, which only services with workers have.
    func queue(of name: ServiceName) throws -> QueueClient {
        guard let queue = queues[name] else { throw Failure(.notFound, "The \(name) has no queue.") }
        return queue
    }

    /// Client for the health and events of a service.
    func service(_ name: ServiceName) throws -> ServiceClient {
        guard let service = services[name] else { throw Failure(.internal, "The console does not know \(name).") }
        return service
    }
}

/// A service that does not answer.
struct ServiceAway: Error {
    let service: ServiceName
    let reason: String

    /// The problem and the remedy in a sentence.
    var message: String {
        "The \(service) does not answer. Start it with “gyrus up -d”, or see “gyrus logs \(service)”."
    }
}
