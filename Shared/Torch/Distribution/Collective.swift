/// A sum in progress.
public protocol PendingSum: AnyObject {
    /// Waits for the sum.
    func finish() throws -> [Float]
}

/// Workers that sum vectors.
public protocol Collective: AnyObject {
    /// Number of this worker, from 0.
    var rank: Int { get }
    /// Total number of workers.
    var size: Int { get }
    /// Starts summing the vectors of all workers, which have equal lengths and come in the same order.
    func beginSum(_ values: [Float]) throws -> any PendingSum
}

extension Collective {
    /// The sum of vectors of all workers.
    public func sum(_ values: [Float]) throws -> [Float] { try beginSum(values).finish() }

    /// One number per worker, by rank.
    public func gather(_ value: Float) throws -> [Float] {
        var values = [Float](repeating: 0, count: size)
        values[rank] = value
        return try sum(values)
    }

    /// The vector of one worker.
    public func broadcast(_ values: [Float], from root: Int) throws -> [Float] {
        try sum(rank == root ? values : Array(repeating: 0, count: values.count))
    }
}
