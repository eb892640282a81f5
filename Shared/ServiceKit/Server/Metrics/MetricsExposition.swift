import Model
public import ServiceClient

/// A value of a metric at the moment in which it is asked for.
public struct MetricSample: Sendable {
    /// What was measured.
    public let metric: ServiceMetric
    /// Names and values of its labels.
    public let labels: [(String, String)]
    /// What it came to.
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

/// Says how things stand when metrics are asked for.
public typealias MetricSource = @Sendable () async throws -> [MetricSample]

/// All metrics of a process as text.
public struct MetricsExposition: Sendable {
    private let sources: [MetricSource]

    /// Makes the exposition of what was counted and of what the sources say.
    public init(_ sources: [MetricSource]) { self.sources = sources }

    /// The text now. A source that fails, such as a full disk's database, costs its own metrics only.
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

    /// What processes that serve nobody, such as the console, say of themselves.
    public static let ofProcess = MetricsExposition([ProcessMetrics.source])
}
