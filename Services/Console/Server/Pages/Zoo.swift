import Model
import Presentation
import RegistryClient

/// The contents of the registry, prepared for charts.
struct Zoo: Sendable {
    /// Maximum number of bars in a chart; the table shows the rest.
    private static let mostBars = 8

    let statistics: CatalogStatistics

    /// The groups of a field, largest first.
    func groups(_ field: String) -> [CatalogStatistics.Group] { statistics.groups.filter { $0.field == field } }

    /// The areas, largest first.
    var areas: [CatalogStatistics.Group] { groups("areas").filter { !$0.term.contains(".") } }

    /// The sub-areas of an area, largest first.
    func parts(of area: CatalogStatistics.Group) -> [CatalogStatistics.Group] {
        groups("areas").filter { $0.term.hasPrefix("\(area.term).") }
    }

    /// Models by a field; each bar links to them.
    func bars(_ label: String, _ field: String, filter: String, _ query: Query) -> BarChart {
        BarChart(
            label: label,
            bars: groups(field).filter { $0.models > 0 }.prefix(Self.mostBars).map { group in
                BarChart.Bar(
                    name: group.term, value: Double(group.models), text: Words.count(group.models),
                    style: field == "areas" ? AreaStyle.style(of: group.term) : "s1",
                    link: query.address("/zoo", [filter: group.term, "after": nil]))
            })
    }

    /// Models by accuracy, in steps of 10 %, starting at the lowest occupied one.
    var accuracies: BarChart {
        let tenths = statistics.accuracies.enumerated().drop { $0.element == 0 }
        return BarChart(
            label: "Models by accuracy",
            bars: tenths.map { index, count in
                .init(name: "\(index * 10) to \(index * 10 + 10) %", value: Double(count), text: Words.count(count))
            })
    }

    /// Accuracy over size; each model is a dot in the color of its first area.
    static func sizes(_ models: [PretrainedModel]) -> Chart {
        let points = models.compactMap { model -> Chart.Point? in
            guard let code = model.code, let accuracy = model.accuracy else { return nil }
            return Chart.Point(
                x: max(1, code.size.parameters), y: accuracy,
                title: "\(code.name): \(Words.percent(accuracy)), \(code.size) parameters",
                style: AreaStyle.style(of: code.areas.first ?? ""), link: ModelPage.address(of: model.id))
        }
        return Chart(
            label: "Accuracy over number of parameters", xTitle: "parameters", yTitle: "accuracy",
            series: [.init(style: "areas", mark: .dots, points: points)], isLogarithmic: true,
            yText: { "\(Words.plain($0 * 100)) %" })
    }
}
