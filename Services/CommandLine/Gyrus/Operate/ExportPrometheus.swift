import ArgumentParser
import Foundation
import Model
import ServiceClient

/// Writes configuration for Prometheus and Grafana to monitor a project.
struct ExportPrometheus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prometheus", abstract: "Write a scrape configuration, alert rules and a Grafana dashboard.",
        discussion: """
              gyrus export prometheus --console 127.0.0.1:8470 --output monitoring
              promtool check rules monitoring/gyrus-alerts.yaml
              prometheus --config.file=monitoring/prometheus.yaml

            All three are generated from the services' list of metrics. Import the dashboard in Grafana under Dashboards, \
            New, Import.
            """)

    @Option(help: ArgumentHelp("Address at which Prometheus reaches the console.", valueName: "host:port"))
    var console = "127.0.0.1:8470"

    @Option(name: [.short, .long], help: ArgumentHelp("Folder to write to.", valueName: "folder"))
    var output = "."

    func run() async throws {
        try ExportedProject.write(
            [
                ("prometheus.yaml", Self.scraping(console)), ("gyrus-alerts.yaml", AlertRule.file),
                ("gyrus-board.json", try GrafanaDashboard().text()),
            ], to: output)
    }

    private static func scraping(_ console: String) -> String {
        """
        # Scrapes the metrics of all services from the console, which labels each metric with its service.
        global: {scrape_interval: 15s, evaluation_interval: 15s}
        rule_files: [gyrus-alerts.yaml]
        scrape_configs:
          - job_name: gyrus
            static_configs:
              - targets: ["\(console)"]

        """
    }
}

/// One rule in Prometheus' format: the alert fires once the expression has held for the duration.
struct AlertRule {
    let name: String
    let expression: String
    let duration: String
    let severity: String
    let summary: String
    let advice: String

    private typealias Metric = ServiceMetric

    static let all = [
        AlertRule(
            name: "GyrusServiceDown", expression: "\(Metric.up.name) == 0", duration: "1m", severity: "critical",
            summary: "The {{ $labels.service }} does not respond.",
            advice: "gyrus ps; gyrus logs {{ $labels.service }}; gyrus up -d"),
        AlertRule(
            name: "GyrusQueueFull",
            expression: "sum by (service) (\(Metric.waiting.name)) > 0.9 * max by (service) (\(Metric.capacity.name))",
            duration: "5m", severity: "critical",
            summary: "The queue of the {{ $labels.service }} is almost full; it will soon refuse tasks.",
            advice: "start more workers: gyrus scale, gyrus autoscale"),
        AlertRule(
            name: "GyrusNoWorkers",
            expression: "sum by (service) (\(Metric.waiting.name)) > 0 unless on (service) "
                + "sum by (service) (\(Metric.workers.name)) > 0",
            duration: "10m", severity: "warning",
            summary: "Tasks of the {{ $labels.service }} are waiting, but there is no worker.",
            advice: "gyrus scale {{ $labels.service }}-worker=1"),
        AlertRule(
            name: "GyrusTasksWaitLong", expression: "max by (service, kind) (\(Metric.oldest.name)) > 3600",
            duration: "10m", severity: "warning",
            summary: "The oldest {{ $labels.kind }} task of the {{ $labels.service }} has waited for over an hour.",
            advice:
                "start more workers, or check what the current ones do: gyrus events --service {{ $labels.service }}"),
        AlertRule(
            name: "GyrusDeadTasks", expression: "sum by (service) (\(Metric.tasks.name){state=\"dead\"}) > 0",
            duration: "1m", severity: "warning",
            summary: "{{ $value }} tasks of the {{ $labels.service }} crashed too often.",
            advice: "gyrus dead list; then gyrus dead requeue or drop"),
        AlertRule(
            name: "GyrusDiskAlmostFull", expression: "min by (service) (\(Metric.freeBytes.name)) < 5e9",
            duration: "5m",
            severity: "critical", summary: "The disk of the {{ $labels.service }} has less than 5 GB left.",
            advice: "gyrus registry gc, a shorter retention, or a larger disk"),
        AlertRule(
            name: "GyrusOutboxStuck", expression: "min_over_time(\(Metric.outbox.name)[30m]) > 0", duration: "5m",
            severity: "warning",
            summary: "Messages of the {{ $labels.service }} have not been delivered for half an hour.",
            advice: "gyrus health; the receiving service may be down"),
        AlertRule(
            name: "GyrusInternalErrors",
            expression: "sum by (service, route) (rate(\(Metric.failures.name){code=\"internal\"}[5m])) > 0",
            duration: "5m", severity: "warning",
            summary: "{{ $labels.route }} requests to the {{ $labels.service }} fail with internal errors.",
            advice: "gyrus logs {{ $labels.service }}"),
        AlertRule(
            name: "GyrusSlowDisk",
            expression: "histogram_quantile(0.99, sum by (service, le) "
                + "(rate(\(Metric.transactions.name)_bucket{operation=\"write\"}[5m]))) > 0.5",
            duration: "10m", severity: "warning",
            summary: "Writes of the {{ $labels.service }} take over half a second (99th percentile).",
            advice: "check the disk; databases belong on a local disk, not on a network file system"),
        AlertRule(
            name: "GyrusLoopLate",
            expression: "histogram_quantile(0.99, sum by (service, le) (rate(\(Metric.lag.name)_bucket[5m]))) > 0.25",
            duration: "10m", severity: "warning",
            summary: "The message loop of the {{ $labels.service }} lags by more than a quarter of a second.",
            advice: "the machine is overloaded: run fewer workers on it, or add CPU cores"),
    ]

    /// The rules as a Prometheus rule file.
    static var file: String {
        let rules = all.map { rule in
            """
                  - alert: \(rule.name)
                    expr: \(quoted(rule.expression))
                    for: \(rule.duration)
                    labels: {severity: \(rule.severity)}
                    annotations:
                      summary: \(quoted(rule.summary))
                      action: \(quoted(rule.advice))

            """
        }
        return "groups:\n  - name: gyrus\n    rules:\n" + rules.joined()
    }

    private static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
}
