import Tracking

/// Tracks on a blank canvas.
struct TrackDrawing {
    /// Number of colors that identities share.
    private static let colors = 12
    /// Number of frames of a box's path drawn behind it.
    private static let trail = 30
    /// Maximum number of points of all paths in a whole sequence.
    private static let mostPoints = 6_000
    /// Height of an identity's number as a share of the canvas.
    private static let textShare = 0.024

    let sequence: TrackedSequence

    private var canvas: SVG {
        SVG(width: Double(sequence.information.width), height: Double(sequence.information.height))
    }

    private static func style(_ identity: Int) -> String { "t\(abs(identity % colors))" }

    /// The position of a person.
    private static func foot(_ row: MOTRow) -> (x: Double, y: Double) {
        (row.box.left + row.box.width / 2, row.box.top + row.box.height)
    }

    /// The boxes of a frame, numbered from 1, with the paths that led there.
    func frame(_ number: Int) -> String {
        var drawing = canvas
        let shown = sequence.frames[number - 1]
        let identities = Set(shown.map(\.identity))
        for way in ways(in: max(0, number - Self.trail)..<number, of: identities, every: 1) {
            drawing.add("path", ["class": "way \(Self.style(way.identity))", "d": SVG.path(way.points)])
        }
        let size = SVG.number(drawing.height * Self.textShare)
        for row in shown {
            let style = Self.style(row.identity)
            drawing.add(
                "rect",
                [
                    "class": "person \(style)", "x": SVG.number(row.box.left), "y": SVG.number(row.box.top),
                    "width": SVG.number(row.box.width), "height": SVG.number(row.box.height),
                ])
            drawing.add(
                "text",
                [
                    "class": style, "x": SVG.number(row.box.left + 3), "y": SVG.number(row.box.top - 5),
                    "font-size": size,
                ], text: "\(row.identity)")
        }
        return drawing.drawing("tracks", label: "\(sequence.name), frame \(number): \(shown.count) people")
    }

    /// The paths of all people through the whole sequence.
    var overview: String {
        var drawing = canvas
        let boxes = sequence.frames.reduce(0) { $0 + $1.count }
        let step = max(1, (boxes + Self.mostPoints - 1) / Self.mostPoints)
        for way in ways(in: sequence.frames.indices, of: nil, every: step) {
            drawing.add("path", ["class": "way \(Self.style(way.identity))", "d": SVG.path(way.points)])
        }
        return drawing.drawing("tracks", label: "\(sequence.name): the paths of \(sequence.identities) people")
    }

    private func ways(
        in frames: Range<Int>, of identities: Set<Int>?, every step: Int
    ) -> [(identity: Int, points: [(x: Double, y: Double)])] {
        var ways: [Int: [(x: Double, y: Double)]] = [:]
        for frame in frames where (frame - frames.lowerBound).isMultiple(of: step) {
            for row in sequence.frames[frame] where identities?.contains(row.identity) ?? true {
                ways[row.identity, default: []].append(Self.foot(row))
            }
        }
        return ways.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
