/// A quantity that services measure, under the name by which Prometheus knows it.
///
/// This is the one list of names: the help lines of the metrics, the alert rules and the board are made from it.
public struct ServiceMetric: Hashable, Sendable {
    /// What kind of quantity it is.
    public enum Kind: String, Sendable {
        /// A number that only grows while the process lives.
        case counter
        /// A number that goes up and down.
        case gauge
        /// How often values fell below each of some bounds.
        case histogram
    }

    /// Name, by the conventions of Prometheus: base units, `_total` for counters.
    public let name: String
    /// What kind of quantity it is.
    public let kind: Kind
    /// What it counts, in a sentence.
    public let help: String

    private init(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        self.kind = kind
        self.help = help
    }

    /// Whether a service answered.
    public static let up = Self("gyrus_up", .gauge, "Whether the service answered when it was asked for its metrics.")
    /// Its version.
    public static let build = Self("gyrus_build_info", .gauge, "Always 1; the label says which version of Gyrus runs.")

    /// Tasks by state.
    public static let tasks = Self("gyrus_queue_tasks", .gauge, "Tasks of the queue by state.")
    /// Tasks that wait, by kind.
    public static let waiting = Self("gyrus_queue_waiting_tasks", .gauge, "Tasks that wait for a worker, by kind.")
    /// How long the oldest of them waits.
    public static let oldest = Self(
        "gyrus_queue_oldest_waiting_seconds", .gauge, "Time since the oldest waiting task was submitted, by kind.")
    /// Tasks that workers have, by kind.
    public static let leases = Self("gyrus_queue_leases", .gauge, "Tasks that workers have, by kind.")
    /// Most tasks that may wait.
    public static let capacity = Self(
        "gyrus_queue_capacity_tasks", .gauge, "Most tasks that may wait before the queue answers that it is busy.")
    /// Workers that the queue has heard of.
    public static let workers = Self("gyrus_queue_workers", .gauge, "Workers heard of in the last minute, by state.")
    /// Samples that tasks have trained on.
    public static let samples = Self(
        "gyrus_training_samples_per_second", .gauge, "Samples a second that workers last reported, over all workers.")

    /// Everything that happened.
    public static let events = Self(
        "gyrus_events_total", .counter,
        "Events since the start of the process by kind, such as task.progress (an epoch) or trial.finished.")
    /// Scenarios by state.
    public static let scenarios = Self("gyrus_designer_scenarios", .gauge, "Scenarios by state.")
    /// Trials by state.
    public static let trials = Self("gyrus_designer_trials", .gauge, "Trials of all scenarios by state.")
    /// Messages on their way to another service.
    public static let outbox = Self(
        "gyrus_outbox_messages", .gauge, "Messages that wait until another service has received them.")
    /// Blobs of the registry.
    public static let blobs = Self("gyrus_registry_blobs", .gauge, "Blobs of the registry.")
    /// Their size.
    public static let blobBytes = Self("gyrus_registry_blob_bytes", .gauge, "Size of the registry's blobs.")
    /// Blobs that are not in a bucket.
    public static let diskBlobs = Self(
        "gyrus_registry_disk_blobs", .gauge, "Blobs that are on the registry's disk and in no bucket.")
    /// Entries of the catalog.
    public static let entries = Self("gyrus_registry_entries", .gauge, "Entries of the registry's catalog, by kind.")

    /// Requests that arrived.
    public static let requests = Self("gyrus_requests_total", .counter, "Requests that arrived, answered or not.")
    /// Requests that were refused unheard.
    public static let refusals = Self(
        "gyrus_requests_refused_total", .counter, "Requests that were refused before they were handled, by code.")
    /// Requests that failed.
    public static let failures = Self(
        "gyrus_request_failures_total", .counter, "Requests that were answered with a failure, by route and code.")
    /// Time that answers took.
    public static let answers = Self(
        "gyrus_request_duration_seconds", .histogram, "Time from a request's arrival to its answer, by route.")
    /// How late the message loop is.
    public static let lag = Self(
        "gyrus_message_loop_lag_seconds", .histogram,
        "Time that a job waited for the message loop, measured once a second.")
    /// Time of SQLite.
    public static let transactions = Self(
        "gyrus_sqlite_transaction_duration_seconds", .histogram,
        "Time of a transaction of the database, by operation; a write includes the flush to disk.")
    /// Size of the database.
    public static let databaseBytes = Self("gyrus_database_bytes", .gauge, "Size of the database's files, by file.")
    /// Room on its disk.
    public static let freeBytes = Self("gyrus_disk_free_bytes", .gauge, "Bytes that are free on the disk of the data.")

    /// Processor time.
    public static let processor = Self(
        "process_cpu_seconds_total", .counter, "Processor time of the process, user and system.")
    /// Memory in use.
    public static let memory = Self("process_resident_memory_bytes", .gauge, "Memory that the process has in use.")
    /// Address space of the process.
    public static let addressSpace = Self("process_virtual_memory_bytes", .gauge, "Address space of the process.")
    /// Files and sockets that are open.
    public static let openFiles = Self("process_open_fds", .gauge, "Open file descriptors of the process.")
    /// Most open files.
    public static let mostFiles = Self("process_max_fds", .gauge, "Most file descriptors that the process may open.")
    /// When it started.
    public static let start = Self(
        "process_start_time_seconds", .gauge, "When the process started, in seconds since 1970 UTC.")

    /// All metrics, in the order in which they are shown.
    public static let all: [ServiceMetric] = [
        up, build, tasks, waiting, oldest, leases, capacity, workers, samples, events, scenarios, trials, outbox, blobs,
        blobBytes, diskBlobs, entries, requests, refusals, failures, answers, lag, transactions, databaseBytes,
        freeBytes, processor, memory, addressSpace, openFiles, mostFiles, start,
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

    /// The metric of a name.
    public static func named(_ name: String) -> ServiceMetric? { byName[name] }
}
