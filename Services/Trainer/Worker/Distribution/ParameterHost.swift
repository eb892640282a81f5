import Logging
import Messaging
import Model
import ParameterServer
import Schema
import Storage
import Torch

/// Assigns mini-batches, one more as soon as a worker has done its last.
extension Route where Request == Wire.NextBatchRequest, Reply == Wire.NextBatchReply {
    static var nextBatch: Self { Self("batches.next", .work) }
}

/// The parameter server of a training, which runs within the worker of rank 0.
final class ParameterHost {
    /// How long an asynchronous worker may be silent before the others continue without it.
    private static let silence = Duration.seconds(5)
    /// How long a worker may be silent before a synchronous training fails: longer than the queue takes to requeue the
    /// task for everyone.
    private static let patientSilence = Duration.seconds(120)
    /// Number of parts of the weights that can change in parallel.
    private static let shards = 2

    /// Its address for workers and, beyond this machine, their keys, as ``ParameterAddress`` reads them.
    let address: String
    /// The assignment of mini-batches to workers.
    let broker: BatchBroker
    private let running: Task<Void, any Error>

    /// - Parameter clock: A monotonic clock, replaced in tests.
    init(
        _ updates: Distribution.Updates, _ session: TrainingSession, workers: Int, host: String, epochs: Int,
        _ logger: Logger, clock: @escaping @Sendable () -> Duration = monotonicClock
    ) async throws {
        let isSynchronous = updates == .synchronous
        // In a synchronous training, statistics travel with the gradient.
        let values = session.parameters + (isSynchronous ? BatchStatistics().values : [])
        let server = try ParameterServer(
            values,
            settings: ParameterSettings(
                rule: isSynchronous ? .replacement : .addition, consistency: updates.consistency,
                workers: isSynchronous ? workers : 1,
                shards: Self.shards, silence: isSynchronous ? Self.patientSilence : Self.silence,
                // Without a worker's share, a step would belong to a different batch.
                failsOnLoss: isSynchronous), clock: clock)
        broker = BatchBroker(
            BatchLedger(
                batchesPerEpoch: session.batchesPerEpoch, epochs: epochs,
                from: BatchPlace(epoch: session.finishedEpochs, batch: session.finishedBatches)), server,
            workers: workers)
        var router = Router()
        server.register(in: &router)
        router.on(.nextBatch, kind: .waiting) { [broker] in try await broker.next($0) }
        let wildcard = try Endpoint("tcp://\(host):*")
        let keys = try wildcard.leavesMachine ? (server: KeyPair.generate(), client: KeyPair.generate()) : nil
        let listener = RequestServer(
            endpoint: wildcard, router: router,
            security: keys.map { ServerSecurity(keys: $0.server, admission: .keys([$0.client.publicKey: .worker])) },
            logger: logger)
        running = Task.detached { try await listener.run() }
        let bound = try await listener.boundEndpoint.description
        address = keys.map { "\(bound) \($0.server.publicKey) \($0.client.text)" } ?? bound
    }

    deinit { running.cancel() }
}

/// Connects to the parameter server at an address that its host has announced.
func connect(toParametersAt address: String, logger: Logger) throws -> RequestClient {
    let words = address.split(separator: " ", maxSplits: 2).map(String.init)
    let security =
        try words.count == 3
        ? Security(keys: KeyPair(text: words[2]), server: PublicKey(words[1])) : nil
    return RequestClient(to: try Endpoint(words.first ?? ""), security: security, logger: logger)
}

/// Serves the ledger to workers over sockets.
actor BatchBroker {
    /// How long a worker waits for a mini-batch before it asks again.
    private static let turn = Duration.seconds(1)
    /// How long workers that are present wait for the others before they begin.
    private static let arrival = Duration.seconds(10)

    private(set) var ledger: BatchLedger
    private let server: ParameterServer
    private let changes = WaitList<Int>()
    /// The workers still expected; none once the training has begun.
    private var awaited: Int
    private let opened = ContinuousClock.now

    init(_ ledger: BatchLedger, _ server: ParameterServer, workers: Int) {
        self.ledger = ledger
        self.server = server
        awaited = workers
    }

    func next(_ request: Wire.NextBatchRequest) async throws -> Wire.NextBatchReply {
        guard !request.worker.isEmpty else {
            throw Failure(.invalidArgument, "A worker that requests a mini-batch must give its name.")
        }
        if let done = request.done, let place = done.place {
            let statistics = BatchStatistics(loss: done.loss, correct: done.correct, samples: done.samples)
            ledger.finish(BatchPlace(place), by: request.worker, statistics)
            changes.wakeAll()
        }
        let ticket = changes.ticket(for: [0])
        defer { ticket.discard() }
        let workers = await server.workers
        if workers.count >= awaited || ContinuousClock.now - opened > Self.arrival { awaited = 0 }
        ledger.keep(Set(workers).union([request.worker]))
        if awaited == 0 {
            if let place = ledger.claim(for: request.worker) { return reply(place) }
            // Others have the last mini-batches, and may be too far ahead for this one to do them.
            await server.rest(request.worker)
        }
        if !ledger.isOver { await ticket.wait(for: Self.turn) }
        return reply(nil)
    }

    private func reply(_ place: BatchPlace?) -> Wire.NextBatchReply {
        Wire.NextBatchReply(
            next: place.map { Wire.BatchPlace(epoch: UInt32($0.epoch), batch: UInt32($0.batch)) },
            epochsDone: UInt32(ledger.finishedEpochs), over: ledger.isOver)
    }
}

extension BatchPlace {
    /// A mini-batch in wire form.
    init(_ wire: Wire.BatchPlace) { self.init(epoch: Int(wire.epoch), batch: Int(wire.batch)) }
}

extension Distribution.Updates {
    /// Workers apply the corrections, because their optimizers need them; the server only bounds the staleness.
    fileprivate var consistency: Consistency {
        switch self {
        case .synchronous: .synchronous
        case .staleness(let bound): .asynchronous(staleness: bound)
        case .delayCompensated: .asynchronous(staleness: nil)
        }
    }
}
