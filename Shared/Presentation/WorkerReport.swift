/// The latest report of one of the workers that train a network together.
public struct WorkerReport: Hashable, Sendable {
    /// Rank of the worker.
    public let rank: Int
    /// Name of the worker.
    public let name: String
    /// Number of the attempt at the task that it belongs to.
    public let attempt: Int
    /// What it measured in its last epoch.
    public let metrics: [String: Double]
}

extension [Int: WorkerReport] {
    /// Takes a worker's report in place of its earlier one.
    ///
    /// When a task begins, all its workers get the same attempt number, higher than all earlier ones; a worker that
    /// joins later gets a higher one. A worker whose number is below that of rank 0 has left.
    public mutating func take(_ report: TrainingReport) {
        guard let rank = report.rank else { return }
        if rank == 0 { self = filter { $0.value.attempt >= report.attempt } }
        guard !report.metrics.isEmpty else { return }
        self[rank] = WorkerReport(
            rank: rank, name: report.worker, attempt: report.attempt, metrics: report.metrics)
    }
}
