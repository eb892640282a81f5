/// A horizontal bar chart.
struct BarChart {
    /// A bar with its name on the left and its value as text on the right.
    struct Bar {
        var name: String
        var value: Double
        var text: String
        var style = "s1"
        var link = ""
    }

    var label: String
    var bars: [Bar]
    var width = 560.0

    private let rowHeight = 30.0
    private let nameWidth = 150.0
    private let textWidth = 112.0

    /// The drawing; nil if there is nothing to draw.
    func svg() -> String? {
        guard let most = bars.map(\.value).max() else { return nil }
        var svg = SVG(width: width, height: Double(bars.count) * rowHeight + 6)
        let room = width - nameWidth - textWidth
        for (row, bar) in bars.enumerated() {
            let middle = Double(row) * rowHeight + rowHeight / 2 + 3
            let length = most > 0 ? max(2, bar.value / most * room) : 2
            let draw: (inout SVG) -> Void = { svg in
                svg.add(
                    "text", ["class": "bar-name end", "x": SVG.number(nameWidth - 12), "y": SVG.number(middle + 4)],
                    text: bar.name.count > 22 ? bar.name.prefix(21) + "…" : bar.name, title: bar.name)
                svg.add(
                    "rect",
                    [
                        "class": "bar \(bar.style)", "x": SVG.number(nameWidth), "y": SVG.number(middle - 7),
                        "width": SVG.number(length), "height": "14", "rx": "4",
                    ], text: "", title: "\(bar.name): \(bar.text)")
                svg.add(
                    "text",
                    ["class": "bar-text", "x": SVG.number(nameWidth + length + 8), "y": SVG.number(middle + 4)],
                    text: bar.text)
            }
            if bar.link.isEmpty { draw(&svg) } else { svg.group("a", ["href": bar.link], draw) }
        }
        return svg.drawing("bars", label: label)
    }
}
