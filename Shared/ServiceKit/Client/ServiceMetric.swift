/// A quantity that services measure, with its Prometheus name.
///
/// This is the only list of names: the help lines of the metrics, the alert rules and the dashboard are generated from
/// it.
public struct ServiceMetric: Hashable, Sendable {
    /// What kind of quantity it is.
    public enum Kind: String, Sendable {
        /// A number that only increases while the process lives.
        case counter
        /// A number that goes up and down.
        case gauge
        /// How many values fell below each of several bounds.
        case histogram
    }

    /// Name, following the conventions of Prometheus: base units, `_total` for counters.
    public let name: String
    /// What kind of quantity it is.
    public let kind: Kind
    /// What it measures, in one sentence.
    public let help: String

    private init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// Whether a service answered.
    public static let up = Self("gyrus_up", .gauge, "Whether the service answered when it was asked for its metrics.")
    /// Its version.
    public static let build = Self("gyrus_build_info", .gauge, "Always 1; the label holds the version of Gyrus.")

    /// Tasks by state.
    public static let tasks = Self("gyrus_queue_tasks", .gauge, "Tasks in the queue by state.")
    /// Waiting tasks, by kind.
    public static let waiting = Self("gyrus_queue_waiting_tasks", .gauge, "Tasks waiting for a worker, by kind.")
    /// How long the oldest of them has been waiting.
    public static let oldest = Self(
        "gyrus_queue_oldest_waiting_seconds", .gauge, "Time since the oldest waiting task was submitted, by kind.")
    /// Tasks that workers have, by kind.
    public static let leases = Self("gyrus_queue_leases", .gauge, "Tasks that workers have, by kind.")
    /// Maximum number of waiting tasks.
    public static let capacity = Self(
        "gyrus_queue_capacity_tasks", .gauge,
        "Maximum number of waiting tasks before the queue answers that it is busy.")
    /// Workers that the queue has heard from.
    public static let workers = Self("gyrus_queue_workers", .gauge, "Workers heard from in the last minute, by state.")
    /// Workers that the open tasks can use.
    public static let usableWorkers = Self(
        "gyrus_queue_usable_workers", .gauge,
        "Workers that the waiting and running tasks can use; some tasks are for several.")
    /// Training speed in samples per second.
    public static let samples = Self(
        "gyrus_training_samples_per_second", .gauge, "Samples per second last reported, summed over all workers.")

    /// Events since the start of the process, by kind.
    public static let events = Self(
        "gyrus_events_total", .counter,
        "Events since the start of the process by kind, such as task.progress (an epoch) or trial.finished.")
    /// Scenarios by state.
    public static let scenarios = Self("gyrus_designer_scenarios", .gauge, "Scenarios by state.")
    /// Trials by state.
    public static let trials = Self("gyrus_designer_trials", .gauge, "Trials of all scenarios by state.")
    /// Messages to other services that are not yet delivered.
    public static let outbox = Self(
        "gyrus_outbox_messages", .gauge, "Messages waiting to be received by another service.")
    /// Blobs in the registry.
    public static let blobs = Self("gyrus_registry_blobs", .gauge, "Blobs in the registry.")
    /// Total size of the blobs.
    public static let blobBytes = Self("gyrus_registry_blob_bytes", .gauge, "Total size of the registry's blobs.")
    /// Blobs that are not in a bucket.
    public static let diskBlobs = Self(
        "gyrus_registry_disk_blobs", .gauge, "Blobs on the registry's disk that are not in a bucket.")
    /// Entries in the catalog.
    public static let entries = Self("gyrus_registry_entries", .gauge, "Entries in the registry's catalog, by kind.")

    /// Requests that arrived.
    public static let requests = Self("gyrus_requests_total", .counter, "Requests that arrived, answered or not.")
    /// Requests that were refused before they were handled.
    public static let refusals = Self(
        "gyrus_requests_refused_total", .counter, "Requests that were refused before they were handled, by code.")
    /// Requests that failed.
    public static let failures = Self(
        "gyrus_request_failures_total", .counter, "Requests that were answered with a failure, by route and code.")
    /// Response time.
    public static let answers = Self(
        "gyrus_request_duration_seconds", .histogram, "Time from a request's arrival to its answer, by route.")
    /// Delay of the message loop.
    public static let lag = Self(
        "gyrus_message_loop_lag_seconds", .histogram,
        "Time that a job waited for the message loop, measured once per second.")
    /// Time of database transactions.
    public static let transactions = Self(
        "gyrus_sqlite_transaction_duration_seconds", .histogram,
        "Duration of a database transaction, by operation; a write includes the flush to disk.")
    /// Size of the database.
    public static let databaseBytes = Self("gyrus_database_bytes", .gauge, "Size of the database's files, by file.")
    /// Free space on its disk.
    public static let freeBytes = Self("gyrus_disk_free_bytes", .gauge, "Free bytes on the disk that holds the data.")

    /// Processor time.
    public static let processor = Self(
        "process_cpu_seconds_total", .counter, "Processor time of the process, user and system.")
    /// Memory in use.
    public static let memory = Self("process_resident_memory_bytes", .gauge, "Resident memory of the process.")
    /// Address space of the process.
    public static let addressSpace = Self("process_virtual_memory_bytes", .gauge, "Address space of the process.")
    /// Open files and sockets.
    public static let openFiles = Self("process_open_fds", .gauge, "Open file descriptors of the process.")
    /// Maximum number of open files.
    public static let mostFiles = Self(
        "process_max_fds", .gauge, "Maximum number of open file descriptors of the process.")
    /// When it started.
    public static let start = Self(
        "process_start_time_seconds", .gauge, "When the process started, in seconds since 1970 UTC.")

    /// All metrics, in output order.
    public static let all: [ServiceMetric] = [
        up, build, tasks, waiting, oldest, leases, capacity, workers, samples, events, scenarios, trials, outbox, blobs,
        blobBytes, diskBlobs, entries, requests, refusals, failures, answers, lag, transactions, databaseBytes,
        freeBytes, processor, memory, addressSpace, openFiles, mostFiles, start,
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The metric with a given name.
    public static func named(_ name: String) -> ServiceMetric? { byName[name] }
}
