/// A fusion of two or more networks as a diagram, parsed from its display name:
/// `LeNet3+LeNet5 concatenation joint adamw: image stage2 + audio stage4 relu → image scores + audio scores relu`.
struct FusionDiagram {
    /// A fusion layer: what it joins, and how.
    private struct Level {
        var stages: [String]
        var activation: String
    }

    /// Networks, operator, representation and optimizer.
    let way: String
    private let levels: [Level]

    private let boxWidth = 190.0
    private let boxHeight = 40.0
    private let gap = 36.0
    private let margin = 12.0

    /// Parses a display name; nil if it is not that of a fusion.
    init?(_ name: String) {
        guard let colon = name.firstRange(of: ": ") else { return nil }
        way = String(name[..<colon.lowerBound])
        levels = name[colon.upperBound...].split(separator: " → ").compactMap { text in
            var stages = text.split(separator: " + ").map(String.init)
            guard stages.count > 1, let space = stages[stages.count - 1].lastIndex(of: " ") else { return nil }
            let last = stages.removeLast()
            return Level(
                stages: stages + [String(last[..<space])], activation: String(last[last.index(after: space)...]))
        }
        guard !levels.isEmpty, way.contains("+"), !way.contains(":"), !name.contains(";") else { return nil }
    }

    /// The drawing: the layers in the middle from top to bottom, the stages on both sides.
    func svg() -> String {
        var svg = SVG(
            width: 3 * boxWidth + 2 * gap * 2 + 2 * margin,
            height: Double(levels.count + 1) * (boxHeight + gap) - gap + 2 * margin)
        let middle = margin + boxWidth + 2 * gap
        for (row, level) in levels.enumerated() {
            for (place, stage) in level.stages.enumerated() {
                let side = place % 2 == 0 ? margin : middle + boxWidth + 2 * gap
                // More than two networks are stacked.
                let shift = Double(place / 2) * boxHeight / 2
                edge(
                    (place % 2 == 0 ? side + boxWidth : side, top(row) + shift + boxHeight / 2),
                    (place % 2 == 0 ? middle : middle + boxWidth, top(row) + boxHeight / 2), &svg)
                box(side, top(row) + shift, stage, "input", &svg)
            }
            edge((middle + boxWidth / 2, top(row) + boxHeight), (middle + boxWidth / 2, top(row + 1)), &svg)
            box(middle, top(row), "fusion layer \(row + 1), \(level.activation)", "fusion", &svg)
        }
        box(middle, top(levels.count), "classes", "linear", &svg)
        return svg.drawing("architecture", label: "The best fusion: \(way)", isNatural: true)
    }

    private func top(_ row: Int) -> Double { margin + Double(row) * (boxHeight + gap) }

    private func edge(_ start: (x: Double, y: Double), _ end: (x: Double, y: Double), _ svg: inout SVG) {
        svg.add("path", ["class": "edge", "d": SVG.path([start, end])])
    }

    private func box(_ x: Double, _ y: Double, _ text: String, _ family: String, _ svg: inout SVG) {
        svg.group("g", ["class": "box \(family)"]) { svg in
            svg.add(
                "rect",
                [
                    "x": SVG.number(x), "y": SVG.number(y), "width": SVG.number(boxWidth),
                    "height": SVG.number(boxHeight), "rx": "10",
                ])
            svg.add("text", ["class": "what", "x": SVG.number(x + 14), "y": SVG.number(y + 25)], text: text)
        }
    }
}
