/// An XY chart with dots, lines and steps.
struct Chart {
    /// How a series is drawn.
    enum Mark {
        case dots
        case line
        case steps
    }

    /// A point with the text of its tooltip.
    struct Point {
        var x: Double
        var y: Double
        var title = ""
        /// CSS class of this dot, in addition to that of the series.
        var style = ""
        var link = ""
    }

    /// Points that belong together.
    struct Series {
        var style: String
        var mark: Mark
        var points: [Point]
    }

    var label: String
    var xTitle: String
    var yTitle: String
    var series: [Series]
    var isLogarithmic = false
    var xText: (Double) -> String = Words.short
    var yText: (Double) -> String = Words.short
    var width = 640.0
    var height = 300.0

    private var left: Double { 58 }
    private var right: Double { width - 14 }
    private var top: Double { 28 }
    private var bottom: Double { height - 44 }

    /// The drawing; nil if there is nothing to draw.
    func svg() -> String? {
        let points = series.flatMap(\.points)
        guard !points.isEmpty else { return nil }
        let x = Scale(points.map(\.x), from: left, to: right, isLogarithmic: isLogarithmic)
        let y = Scale(points.map(\.y), from: bottom, to: top)
        var svg = SVG(width: width, height: height)
        axes(x, y, &svg)
        for entry in series { draw(entry, x, y, &svg) }
        return svg.drawing("chart", label: label)
    }

    private func axes(_ x: Scale, _ y: Scale, _ svg: inout SVG) {
        for tick in y.ticks(5) {
            let place = SVG.number(y(tick))
            svg.add(
                "line", ["class": "grid", "x1": SVG.number(left), "x2": SVG.number(right), "y1": place, "y2": place])
            svg.add(
                "text", ["class": "tick end", "x": SVG.number(left - 8), "y": SVG.number(y(tick) + 4)],
                text: yText(tick))
        }
        for tick in x.ticks(6) {
            svg.add(
                "text", ["class": "tick mid", "x": SVG.number(x(tick)), "y": SVG.number(bottom + 18)], text: xText(tick)
            )
        }
        let base = SVG.number(bottom)
        svg.add("line", ["class": "axis", "x1": SVG.number(left), "x2": SVG.number(right), "y1": base, "y2": base])
        svg.add("text", ["class": "name end", "x": SVG.number(right), "y": SVG.number(height - 6)], text: xTitle)
        svg.add("text", ["class": "name", "x": SVG.number(left - 44), "y": "14"], text: yTitle)
    }

    private func draw(_ series: Series, _ x: Scale, _ y: Scale, _ svg: inout SVG) {
        switch series.mark {
        case .dots: dots(series, x, y, &svg)
        case .line: path(series, series.points.map { (x($0.x), y($0.y)) }, &svg)
        case .steps: path(series, steps(series.points.map { (x($0.x), y($0.y)) }), &svg)
        }
    }

    private func path(_ series: Series, _ points: [(x: Double, y: Double)], _ svg: inout SVG) {
        svg.add(
            "path", ["class": "line \(series.style)", "d": SVG.path(points)], text: "",
            title: series.points.last?.title ?? "")
    }

    private func dots(_ series: Series, _ x: Scale, _ y: Scale, _ svg: inout SVG) {
        svg.group("g", ["class": "dots \(series.style)"]) { svg in
            for point in series.points {
                let radius = point.style.contains("strong") ? "5" : "3.2"
                let place: KeyValuePairs = [
                    "class": point.style, "cx": SVG.number(x(point.x)), "cy": SVG.number(y(point.y)), "r": radius,
                ]
                if point.link.isEmpty {
                    svg.add("circle", place, text: "", title: point.title)
                } else {
                    svg.group("a", ["href": point.link, "tabindex": "-1"]) {
                        $0.add("circle", place, text: "", title: point.title)
                    }
                }
            }
        }
    }

    /// Points of a step function: each value holds until the next point.
    private func steps(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        var result: [(x: Double, y: Double)] = []
        for point in points {
            if let last = result.last { result.append((point.x, last.y)) }
            result.append(point)
        }
        if let last = result.last, last.x < right { result.append((right, last.y)) }
        return result
    }
}
