import CTorch
import Model

/// Where the workers of one training find each other: the one of rank 0 opens it, the others connect to it.
///
/// It carries addresses alone, and must live as long as the group.
public final class MeetingPoint {
    let handle: OpaquePointer
    /// Where it is, as `host:port`.
    public let address: String

    /// Opens a meeting point on a port that the system chooses.
    /// - Parameter host: Address of this machine at which the others reach it.
    public convenience init(on host: String) throws { try self.init(host: host, port: 0, isServer: true) }

    /// Connects to a meeting point.
    public convenience init(at address: String) throws {
        let colon = address.lastIndex(of: ":") ?? address.startIndex
        guard colon > address.startIndex, let port = UInt16(address[address.index(after: colon)...]) else {
            throw Failure(.invalidArgument, "'\(address)' is no address of a meeting point; it has the form host:port.")
        }
        try self.init(host: String(address[..<colon]), port: port, isServer: false)
    }

    private init(host: String, port: UInt16, isServer: Bool) throws {
        var error: UnsafeMutablePointer<CChar>?
        guard let handle = gyrus_store_create(host, port, isServer, WorkerGroup.timeoutSeconds, &error) else {
            throw Failure(.unavailable, "The workers cannot meet at \(host):\(port): \(takeMessage(error)).")
        }
        self.handle = handle
        address = "\(host):\(gyrus_store_port(handle))"
    }

    deinit { gyrus_store_free(handle) }
}

/// Workers that add up vectors, by Gloo.
///
/// Not `Sendable`: one thread at a time may use it. All workers begin their sums in the same order.
public final class WorkerGroup: Collective {
    /// How long a sum may take: as long as a worker may compute between two of them.
    static let timeoutSeconds = 300.0

    /// Number of this worker, from 0.
    public let rank: Int
    /// Workers in all.
    public let size: Int
    /// Bytes that were handed in to be added up or sent.
    public internal(set) var bytes = 0
    /// Time spent waiting for others.
    public internal(set) var waited = Duration.zero

    let handle: OpaquePointer
    private let meeting: MeetingPoint

    /// Joins a group; returns when all its workers have.
    /// - Parameters:
    ///   - name: What the workers of this group call it, and no others.
    ///   - host: Address of this machine at which the others reach it.
    public init(at meeting: MeetingPoint, name: String, host: String, rank: Int, size: Int) throws {
        var error: UnsafeMutablePointer<CChar>?
        let handle = gyrus_group_create(
            meeting.handle, name, host, Int32(rank), Int32(size), Self.timeoutSeconds, &error)
        guard let handle else {
            throw Failure(
                .unavailable, "Worker \(rank) of \(size) cannot join the others: \(takeMessage(error)).")
        }
        self.handle = handle
        self.meeting = meeting
        self.rank = rank
        self.size = size
    }

    deinit { gyrus_group_free(handle) }

    /// Begins to add up vectors of all workers.
    /// - Throws: `Failure` with code `unavailable` where another worker is gone.
    public func beginSum(_ values: [Float]) throws -> any PendingSum {
        bytes += values.count * MemoryLayout<Float>.stride
        return try GlooSum(values, handle) { [weak self] in self?.waited += $0 }
    }
}

/// A sum under way, with the memory that it works in.
private final class GlooSum: PendingSum {
    private let buffer: UnsafeMutableBufferPointer<Float>
    private var handle: OpaquePointer?
    private let onWait: (Duration) -> Void

    init(_ values: [Float], _ group: OpaquePointer, onWait: @escaping (Duration) -> Void) throws {
        buffer = .allocate(capacity: values.count)
        _ = buffer.initialize(fromContentsOf: values)
        self.onWait = onWait
        var error: UnsafeMutablePointer<CChar>?
        handle = gyrus_group_sum(group, buffer.baseAddress, Int64(values.count), &error)
        guard handle != nil else { throw Failure.lostWorker(error) }
    }

    // Gloo writes into the memory until the sum has ended, one way or the other.
    deinit {
        if let handle { _ = gyrus_sum_finish(handle, nil) }
        buffer.deallocate()
    }

    func finish() throws -> [Float] {
        guard let handle else { return Array(buffer) }
        self.handle = nil
        let start = ContinuousClock.now
        var error: UnsafeMutablePointer<CChar>?
        let isDone = gyrus_sum_finish(handle, &error)
        onWait(ContinuousClock.now - start)
        guard isDone else { throw Failure.lostWorker(error) }
        return Array(buffer)
    }

}

extension Failure {
    /// Another worker does not answer any more.
    static func lostWorker(_ error: UnsafeMutablePointer<CChar>?) -> Failure {
        Failure(
            .unavailable,
            "Another worker of this training is gone: \(takeMessage(error)). The training goes on from its checkpoint.")
    }
}
