import Metrics
import ServiceClient
import Synchronization

/// The metrics of this process, behind the interface of swift-metrics.
///
/// The same name and dimensions always get the same handler. Metrics whose name is not in ``ServiceMetric`` are counted
/// but not exposed, so that every exposed metric has a help text.
final class MetricRegistry: MetricsFactory {
    /// The registry of the process.
    static let shared = MetricRegistry()

    private struct Key: Hashable {
        let name: String
        let labels: [Label]
    }

    struct Label: Hashable {
        let name: String
        let value: String
    }

    private let series = Mutex<[Key: MetricSeries]>([:])

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { find(label, dimensions) }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        find(label, dimensions)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { find(label, dimensions) }

    // A series remains, because another holder of the same name may continue to use it.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private func find(_ name: String, _ dimensions: [(String, String)]) -> MetricSeries {
        let key = Key(name: name, labels: dimensions.map(Label.init).sorted { $0.name < $1.name })
        return series.withLock { series in
            if let known = series[key] { return known }
            let new = MetricSeries()
            series[key] = new
            return new
        }
    }

    /// Adds all series to a text, in the order of the list of metrics, then by labels.
    func write(to text: inout MetricsText) {
        let found = Dictionary(grouping: series.withLock { Array($0) }, by: \.key.name)
        for metric in ServiceMetric.all {
            let sorted = (found[metric.name] ?? []).map {
                (labels: $0.key.labels.map { ($0.name, $0.value) }, $0.value)
            }
            .sorted { "\($0.labels)" < "\($1.labels)" }
            for (labels, series) in sorted { series.write(metric, labels, to: &text) }
        }
    }
}

/// The value of one metric with certain labels: a sum, the last value, or a distribution of times.
final class MetricSeries: CounterHandler, RecorderHandler, TimerHandler {
    /// Upper bounds of the time buckets, in seconds.
    private static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

    private struct State {
        var value = 0.0
        var buckets: [UInt64] = []
        var count: UInt64 = 0
    }

    private let state = Mutex(State())

    func increment(by amount: Int64) { state.withLock { $0.value += Double(amount) } }
    func reset() { state.withLock { $0 = State() } }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { state.withLock { $0.value = value } }

    func recordNanoseconds(_ duration: Int64) {
        let seconds = Double(duration) / 1e9
        state.withLock { state in
            if state.buckets.isEmpty { state.buckets = Array(repeating: 0, count: Self.bounds.count) }
            if let index = Self.bounds.firstIndex(where: { seconds <= $0 }) { state.buckets[index] += 1 }
            state.count += 1
            state.value += seconds
        }
    }

    func write(_ metric: ServiceMetric, _ labels: [(String, String)], to text: inout MetricsText) {
        let state = state.withLock { $0 }
        guard metric.kind == .histogram else { return text.add(metric, labels: labels, state.value) }
        var sum: UInt64 = 0
        for (bound, count) in zip(Self.bounds, state.buckets) {
            sum += count
            text.add(metric, suffix: "_bucket", labels: labels + [("le", "\(bound)")], Double(sum))
        }
        text.add(metric, suffix: "_bucket", labels: labels + [("le", "+Inf")], Double(state.count))
        text.add(metric, suffix: "_sum", labels: labels, state.value)
        text.add(metric, suffix: "_count", labels: labels, Double(state.count))
    }
}
