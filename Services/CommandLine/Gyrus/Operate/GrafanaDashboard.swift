import Foundation
import ServiceClient

/// A Grafana dashboard with a panel for each metric.
struct GrafanaDashboard: Encodable {
    struct Source: Encodable {
        let type = "prometheus"
        let uid = "${source}"
    }

    struct Target: Encodable {
        let expr: String
        let legendFormat: String
        let refId = "A"
        let datasource = Source()
    }

    struct Position: Encodable {
        let x, y, w, h: Int
    }

    struct Panel: Encodable {
        struct Configuration: Encodable {
            struct Defaults: Encodable {
                let unit: String
                let min = 0
            }
            let defaults: Defaults
            let overrides: [String] = []
        }

        let id: Int
        let type = "timeseries"
        let title: String
        let description: String
        let gridPos: Position
        let datasource = Source()
        let fieldConfig: Configuration
        let targets: [Target]
    }

    struct Variables: Encodable {
        struct Variable: Encodable {
            let name = "source"
            let label = "Prometheus"
            let type = "datasource"
            let query = "prometheus"
        }
        let list = [Variable()]
    }

    struct Time: Encodable {
        let from = "now-6h"
        let to = "now"
    }

    let title = "Gyrus"
    let uid = "gyrus"
    let schemaVersion = 38
    let version = 1
    let editable = true
    let refresh = "30s"
    let tags = ["gyrus"]
    let time = Time()
    let templating = Variables()
    let panels = ServiceMetric.all.enumerated().map { index, metric in Panel(metric, number: index) }

    func text() throws -> String { try json(self) + "\n" }
}

extension GrafanaDashboard.Panel {
    init(_ metric: ServiceMetric, number: Int) {
        id = number + 1
        let name = metric.name.hasPrefix("gyrus_") ? String(metric.name.dropFirst(6)) : metric.name
        title = name.replacing("_", with: " ")
        description = metric.help
        gridPos = .init(x: number % 3 * 8, y: number / 3 * 8, w: 8, h: 8)
        fieldConfig = .init(defaults: .init(unit: Self.unit(of: metric)))
        targets = [Self.target(metric)]
    }

    private static func unit(of metric: ServiceMetric) -> String {
        if metric == .start { return "dateTimeFromNow" }
        if metric.name.contains("_bytes") { return "bytes" }
        if metric.kind == .histogram || metric.name.hasSuffix("_seconds") { return "s" }
        return metric.kind == .counter ? "ops" : "short"
    }

    private static func target(_ metric: ServiceMetric) -> GrafanaDashboard.Target {
        let labels = ["kind", "state", "code", "route", "operation", "file", "version"]
        let by = labels.joined(separator: ", ")
        let legend = "{{service}} " + labels.map { "{{\($0)}}" }.joined(separator: " ")
        switch metric.kind {
        case .counter:
            return .init(expr: "sum by (service, \(by)) (rate(\(metric.name)[5m]))", legendFormat: legend)
        case .gauge:
            let expression = metric == .start ? "\(metric.name) * 1000" : metric.name
            return .init(expr: expression, legendFormat: legend)
        case .histogram:
            return .init(
                expr: "histogram_quantile(0.99, sum by (service, operation, le) (rate(\(metric.name)_bucket[5m])))",
                legendFormat: "{{service}} {{operation}} 99 %")
        }
    }
}
