import CTorch
import Model

/// The rendezvous of the workers of one training: the worker of rank 0 opens it, the others connect to it.
///
/// It carries only addresses, for one group, and is closed once all workers have connected to each other.
public final class Rendezvous {
    let handle: OpaquePointer
    /// Its address, as `host:port`.
    public let address: String

    /// Listens on a port that the system chooses, as rank 0.
    /// - Parameter host: Address of this machine at which the others reach it.
    public convenience init(on host: String) throws { try self.init(host: host, port: 0, isServer: true) }

    /// Connects to the address that rank 0 opened.
    public convenience init(at address: String) throws {
        let colon = address.lastIndex(of: ":") ?? address.startIndex
        guard colon > address.startIndex, let port = UInt16(address[address.index(after: colon)...]) else {
            throw Failure(
                .invalidArgument, "'\(address)' is not a rendezvous address of workers; use the form host:port.")
        }
        try self.init(host: String(address[..<colon]), port: port, isServer: false)
    }

    private init(host: String, port: UInt16, isServer: Bool) throws {
        var error: UnsafeMutablePointer<CChar>?
        guard let handle = gyrus_store_create(host, port, isServer, WorkerGroup.rendezvousSeconds, &error) else {
            throw Failure(.unavailable, "The workers cannot rendezvous at \(host):\(port): \(takeMessage(error)).")
        }
        self.handle = handle
        address = "\(host):\(gyrus_store_port(handle))"
    }

    deinit { gyrus_store_free(handle) }
}

/// Workers that sum vectors with Gloo.
///
/// Not `Sendable`: only one thread may use it at a time. All workers start their sums in the same order.
public final class WorkerGroup: Collective {
    /// How long a sum may take: as long as a worker may compute between two sums.
    static let timeoutSeconds = 300.0
    /// How long workers wait at the rendezvous for one that does not arrive.
    static let rendezvousSeconds = 60.0

    /// Number of this worker, from 0.
    public let rank: Int
    /// Total number of workers.
    public let size: Int
    /// Bytes submitted for sums or transfers.
    public internal(set) var bytes = 0
    /// Time spent waiting for others.
    public internal(set) var waited = Duration.zero

    private let connections: Connections

    var handle: OpaquePointer { connections.handle }

    /// Joins a group; returns when all its workers have joined.
    /// - Parameters:
    ///   - name: A name that only the workers of this group use.
    ///   - host: Address of this machine at which the others reach it.
    public init(at rendezvous: Rendezvous, name: String, host: String, rank: Int, size: Int) throws {
        var error: UnsafeMutablePointer<CChar>?
        let handle = gyrus_group_create(
            rendezvous.handle, name, host, Int32(rank), Int32(size), Self.timeoutSeconds, &error)
        guard let handle else {
            throw Failure(
                .unavailable, "Worker \(rank) of \(size) cannot join the others: \(takeMessage(error)).")
        }
        connections = Connections(handle)
        self.rank = rank
        self.size = size
    }

    /// Makes everything that waits for other workers fail within a second. Any thread may call it; afterward the group
    /// can no longer be used.
    public var giveUp: @Sendable () -> Void { { [connections] in gyrus_group_give_up(connections.handle) } }

    /// Starts summing the vectors of all workers.
    /// - Throws: `Failure` with code `unavailable` if another worker is gone.
    public func beginSum(_ values: [Float]) throws -> any PendingSum {
        bytes += values.count * MemoryLayout<Float>.stride
        return try GlooSum(values, handle) { [weak self] in self?.waited += $0 }
    }
}

/// Sendable: the only function that other threads call is safe to call from any thread.
private final class Connections: @unchecked Sendable {
    let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { gyrus_group_free(handle) }
}

private final class GlooSum: PendingSum {
    private let count: Int
    private let handle: OpaquePointer
    private let onWait: (Duration) -> Void

    init(_ values: [Float], _ group: OpaquePointer, onWait: @escaping (Duration) -> Void) throws {
        var error: UnsafeMutablePointer<CChar>?
        guard let handle = gyrus_group_sum(group, values, Int64(values.count), &error) else {
            throw Failure.lostWorker(error)
        }
        self.handle = handle
        self.count = values.count
        self.onWait = onWait
    }

    deinit { gyrus_sum_free(handle) }

    func finish() throws -> [Float] {
        let start = ContinuousClock.now
        defer { onWait(ContinuousClock.now - start) }
        var error: UnsafeMutablePointer<CChar>?
        var isDone = false
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            isDone = gyrus_sum_finish(handle, buffer.baseAddress, &error)
            initialized = isDone ? count : 0
        }
        guard isDone else { throw Failure.lostWorker(error) }
        return values
    }
}

extension Failure {
    /// The failure if another worker no longer answers.
    static func lostWorker(_ error: UnsafeMutablePointer<CChar>?) -> Failure {
        Failure(
            .unavailable,
            "Another worker of this training was lost: \(takeMessage(error)). The training continues from its "
                + "checkpoint."
        )
    }
}
