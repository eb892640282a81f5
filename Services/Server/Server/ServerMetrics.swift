import Foundation
import Model
import Synchronization

/// Metrics of a server, in the text format of Prometheus.
final class ServerMetrics: Sendable {
    private struct State {
        var requests: [String: Int] = [:]
        var durations: [String: Histogram] = [:]
        var models: [String: ModelMetrics] = [:]
        var atWork = 0
    }

    private let state = Mutex(State())

    /// Metrics of a model, shared by all its versions.
    /// - Parameter waiting: Returns the number of waiting samples.
    func model(_ name: String, waiting: @escaping @Sendable () -> Int) -> ModelMetrics {
        state.withLock { state in
            let model = state.models[name] ?? ModelMetrics()
            model.set(waiting)
            state.models[name] = model
            return model
        }
    }

    /// Removes a model that is no longer served.
    func remove(_ name: String) { state.withLock { _ = $0.models.removeValue(forKey: name) } }

    /// Begins a request unless the limit of concurrent requests is reached.
    func begin(most: Int) -> Bool {
        state.withLock { state in
            guard state.atWork < most else { return false }
            state.atWork += 1
            return true
        }
    }

    /// Ends a request.
    /// - Parameter route: The kind of request, such as `infer`.
    func end(_ route: String, status: Int, taking time: Duration) {
        state.withLock { state in
            state.atWork -= 1
            count(route, status, &state)
            state.durations[route, default: Histogram(Histogram.seconds)].add(time / .seconds(1))
        }
    }

    /// Counts a request that was rejected before any work.
    func refuse(_ route: String, status: Int) { state.withLock { count(route, status, &$0) } }

    private func count(_ route: String, _ status: Int, _ state: inout State) {
        state.requests["route=\"\(route)\",code=\"\(status)\"", default: 0] += 1
    }

    /// All metrics as text.
    func text(versions: [(name: String, version: String, isReady: Bool)]) -> String {
        let (requests, durations, models, atWork) = state.withLock { ($0.requests, $0.durations, $0.models, $0.atWork) }
        var lines = [
            "# HELP gyrus_server_requests_total Requests by route and status of the answer.",
            "# TYPE gyrus_server_requests_total counter",
        ]
        lines += requests.sorted { $0.key < $1.key }.map { "gyrus_server_requests_total{\($0.key)} \($0.value)" }
        lines += [
            "# HELP gyrus_server_requests_at_work Requests in progress.",
            "# TYPE gyrus_server_requests_at_work gauge", "gyrus_server_requests_at_work \(atWork)",
            "# HELP gyrus_server_request_seconds Time from a request to its answer.",
            "# TYPE gyrus_server_request_seconds histogram",
        ]
        for (route, histogram) in durations.sorted(by: { $0.key < $1.key }) {
            lines += histogram.lines("gyrus_server_request_seconds", label: "route=\"\(route)\"")
        }
        lines += [
            "# HELP gyrus_server_batch_samples Samples per batch.", "# TYPE gyrus_server_batch_samples histogram",
        ]
        let sorted = models.sorted { $0.key < $1.key }.map { ("model=\"\(Self.escaped($0.key))\"", $0.value.values) }
        for (label, values) in sorted { lines += values.batches.lines("gyrus_server_batch_samples", label: label) }
        lines += [
            "# HELP gyrus_server_batch_seconds Time that a network takes for a batch.",
            "# TYPE gyrus_server_batch_seconds histogram",
        ]
        for (label, values) in sorted { lines += values.times.lines("gyrus_server_batch_seconds", label: label) }
        lines += [
            "# HELP gyrus_server_waiting_samples Samples waiting for a network.",
            "# TYPE gyrus_server_waiting_samples gauge",
        ]
        lines += sorted.map { "gyrus_server_waiting_samples{\($0)} \($1.waiting)" }
        lines += [
            "# HELP gyrus_server_model_ready Whether a version of a model is ready.",
            "# TYPE gyrus_server_model_ready gauge",
        ]
        lines += versions.map {
            "gyrus_server_model_ready{model=\"\(Self.escaped($0.name))\",version=\"\(Self.escaped($0.version))\"} "
                + ($0.isReady ? "1" : "0")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

/// Metrics of a model.
final class ModelMetrics: Sendable {
    private struct State {
        var batches = Histogram([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024])
        var times = Histogram(Histogram.seconds)
        var waiting: @Sendable () -> Int = { 0 }
    }

    private let state = Mutex(State())

    func set(_ waiting: @escaping @Sendable () -> Int) { state.withLock { $0.waiting = waiting } }

    /// Records a batch.
    func add(batch count: Int, taking time: Duration) {
        state.withLock { state in
            state.batches.add(Double(count))
            state.times.add(time / .seconds(1))
        }
    }

    var values: (batches: Histogram, times: Histogram, waiting: Int) {
        let (batches, times, waiting) = state.withLock { ($0.batches, $0.times, $0.waiting) }
        return (batches, times, waiting())
    }
}

/// A histogram: counts of values up to some bounds.
struct Histogram: Sendable {
    /// Bounds for times in seconds.
    static let seconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30]

    private let bounds: [Double]
    private var counts: [Int]
    private var sum = 0.0
    private var total = 0

    init(_ bounds: [Double]) {
        self.bounds = bounds
        counts = [Int](repeating: 0, count: bounds.count)
    }

    mutating func add(_ value: Double) {
        for place in bounds.indices where value <= bounds[place] { counts[place] += 1 }
        sum += value
        total += 1
    }

    /// The lines of one labeled histogram.
    func lines(_ name: String, label: String) -> [String] {
        zip(bounds, counts).map { "\(name)_bucket{\(label),le=\"\($0)\"} \($1)" } + [
            "\(name)_bucket{\(label),le=\"+Inf\"} \(total)", "\(name)_sum{\(label)} \(sum)",
            "\(name)_count{\(label)} \(total)",
        ]
    }
}
