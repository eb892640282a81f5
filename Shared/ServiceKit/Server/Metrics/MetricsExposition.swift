import Model
public import ServiceClient

/// A value of a metric at the moment it is requested.
public struct MetricSample: Sendable {
    /// The metric that it is a value of.
    public let metric: ServiceMetric
    /// Names and values of its labels.
    public let labels: [(String, String)]
    /// The value in the metric's unit.
    public let value: Double

    /// Makes a sample.
    public init(_ metric: ServiceMetric, _ labels: [(String, String)], _ value: Double) {
        self.metric = metric
        self.labels = labels
        self.value = value
    }

    /// Makes a sample without labels.
    public init(_ metric: ServiceMetric, _ value: Double) { self.init(metric, [], value) }
}

/// Provides current values when metrics are requested.
public typealias MetricSource = @Sendable () async throws -> [MetricSample]

/// All metrics of a process as text.
public struct MetricsExposition: Sendable {
    private let sources: [MetricSource]

    /// Makes the exposition of counted metrics and of the sources' samples.
    public init(_ sources: [MetricSource]) { self.sources = sources }

    /// The current text. A source that fails, such as a database on a full disk, loses only its own metrics.
    public func text() async -> String {
        var text = MetricsText()
        text.add(.build, labels: [("version", GyrusVersion.current)], 1)
        var samples: [MetricSample] = []
        for source in sources { samples += (try? await source()) ?? [] }
        for metric in ServiceMetric.all {
            for sample in samples where sample.metric == metric {
                text.add(metric, labels: sample.labels, sample.value)
            }
        }
        MetricRegistry.shared.write(to: &text)
        return text.text
    }

    /// The exposition for processes that are not services, such as the console.
    public static let ofProcess = MetricsExposition([ProcessMetrics.source])
}
