/// Metrics in Prometheus text format, assembled from samples and from the texts of several services.
public struct MetricsText: Sendable {
    private struct Family {
        var head: [String]
        var samples: [String] = []
    }

    private var families: [String: Family] = [:]
    private var order: [String] = []

    /// No metrics.
    public init() {}

    /// The text: each metric once with its help, followed by all its samples.
    public var text: String {
        order.compactMap { families[$0] }.filter { !$0.samples.isEmpty }
            .flatMap { $0.head + $0.samples }.map { "\($0)\n" }.joined()
    }

    /// Adds a sample.
    /// - Parameters:
    ///   - suffix: Suffix of the metric's name, such as `_bucket`.
    ///   - labels: Names and values, in output order.
    public mutating func add(
        _ metric: ServiceMetric, suffix: String = "", labels: [(String, String)] = [], _ value: Double
    ) {
        begin(metric.name, ["# HELP \(metric.name) \(metric.help)", "# TYPE \(metric.name) \(metric.kind.rawValue)"])
        let text = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        let name = "\(metric.name)\(suffix)"
        families[metric.name]?.samples.append(
            text.isEmpty ? "\(name) \(Self.number(value))" : "\(name){\(text)} \(Self.number(value))")
    }

    /// Adds the metrics of a service's text, with the service as a label.
    public mutating func add(_ text: String, service: String) {
        let label = "service=\"\(Self.escaped(service))\""
        var current = ""
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3)
            if words.first == "#", words.count > 2 {
                current = String(words[2])
                if words[1] == "HELP" { begin(current, [String(line)]) } else { endHead(of: current, String(line)) }
            } else {
                families[current]?.samples.append(Self.labeled(line, label))
            }
        }
    }

    private mutating func begin(_ name: String, _ head: [String]) {
        guard families[name] == nil else { return }
        families[name] = Family(head: head)
        order.append(name)
    }

    private mutating func endHead(of name: String, _ line: String) {
        begin(name, [])
        if families[name]?.head.contains(line) == false { families[name]?.head.append(line) }
    }

    private static func labeled(_ line: Substring, _ label: String) -> String {
        guard let end = line.firstIndex(where: { $0 == "{" || $0 == " " }) else { return String(line) }
        let rest = line[line.index(after: end)...]
        return line[end] == "{" ? "\(line[..<end]){\(label),\(rest)" : "\(line[..<end]){\(label)} \(rest)"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
