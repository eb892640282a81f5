import Model

/// Parallel coordinates (Inselberg 1985): each trial is a line through its choices to their value.
struct ParallelCoordinates {
    /// One trial's line across the axes.
    struct Line {
        /// The position on each axis, from 0 at the lower end to 1.
        var places: [Double]
        var title: String
        var link: String
        var style: String
    }

    /// An axis with its tick labels.
    struct Axis {
        var title: String
        var ticks: [(place: Double, text: String)]
    }

    var label: String
    var axes: [Axis]
    var lines: [Line]

    private let height = 360.0
    private let top = 54.0
    private let bottom = 20.0
    private let side = 70.0
    private let gap = 150.0
    /// Maximum length of a tick label.
    private let letters = 20

    /// The drawing; nil if there is nothing to draw.
    func svg() -> String? {
        guard axes.count > 1, !lines.isEmpty else { return nil }
        var svg = SVG(width: side * 2 + gap * Double(axes.count - 1), height: height)
        let x = { (axis: Int) in side + gap * Double(axis) }
        let y = { (place: Double) in height - bottom - place * (height - top - bottom) }
        // The best ones are drawn last, on top of the others.
        for line in lines.reversed() {
            let points = line.places.enumerated().map { (x: x($0.offset), y: y($0.element)) }
            svg.group("a", ["href": line.link, "tabindex": "-1"]) {
                $0.add("path", ["class": "way \(line.style)", "d": SVG.path(points)], text: "", title: line.title)
            }
        }
        for (place, axis) in axes.enumerated() {
            let middle = SVG.number(x(place))
            svg.add(
                "line", ["class": "axis", "x1": middle, "x2": middle, "y1": SVG.number(y(1)), "y2": SVG.number(y(0))])
            svg.add(
                "text", ["class": "name mid", "x": middle, "y": place.isMultiple(of: 2) ? "16" : "34"],
                text: short(axis.title), title: axis.title)
            for tick in axis.ticks {
                svg.add(
                    "text", ["class": "tick mid halo", "x": middle, "y": SVG.number(y(tick.place) + 4)],
                    text: short(tick.text), title: tick.text)
            }
        }
        return svg.drawing("chart ways", label: label, isNatural: true)
    }

    private func short(_ text: String) -> String { text.count > letters ? text.prefix(letters - 1) + "…" : text }
}
