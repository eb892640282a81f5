import Foundation

/// A bar chart of network pairs: the better half, the fusion, and a mark for the published accuracy.
struct AVMnistPicture {
    struct Bar {
        let name: String
        let better: Double
        let fused: Double
        /// In percent.
        let published: Double?
    }

    let bars: [Bar]

    private let left = 190.0
    private let width = 480.0
    private let row = 34.0

    /// The drawing in SVG.
    var text: String {
        let top = 36.0
        let bottom = top + Double(bars.count) * row
        let height = bottom + 30
        let rows = bars.enumerated().map { drawing($1, top: top + Double($0) * row) }
        let ticks = stride(from: 0.0, through: 1, by: 0.25).map { share in
            let x = left + share * width
            return "<line x1=\"\(x)\" y1=\"\(top)\" x2=\"\(x)\" y2=\"\(bottom)\" stroke=\"#ddd\"/>"
                + text(String(format: "%.0f %%", 100 * share), x: x, y: bottom + 18, anchor: "middle")
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(left + width + 80) \(height)" \
            font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="#fff"/>
            \(([legend] + ticks + rows).joined(separator: "\n"))
            </svg>

            """
    }

    private var legend: String {
        let entries = [("#bbb", 12.0, "better half"), ("#27b", 12, "fused"), ("#c33", 2, "fused, source paper")]
        return entries.enumerated().map { index, entry in
            let (fill, width, words) = entry
            let x = left + Double(index) * 120
            return "<rect x=\"\(x + 6 - width / 2)\" y=\"10\" width=\"\(width)\" height=\"12\" fill=\"\(fill)\"/>"
                + text(words, x: x + 18, y: 20, anchor: "start")
        }.joined()
    }

    private func drawing(_ bar: Bar, top: Double) -> String {
        let mark = bar.published.map { published in
            let x = left + published / 100 * width
            return "<line x1=\"\(x)\" y1=\"\(top)\" x2=\"\(x)\" y2=\"\(top + 24)\" stroke=\"#c33\" stroke-width=\"2\"/>"
        }
        return [
            text(bar.name, x: left - 8, y: top + 16, anchor: "end"),
            box(bar.better, top: top, fill: "#bbb", title: "better half"),
            box(bar.fused, top: top + 12, fill: "#27b", title: "fused"), mark ?? "",
            text(String(format: "%.2f", 100 * bar.fused), x: left + width + 8, y: top + 20, anchor: "start"),
        ].joined()
    }

    private func box(_ share: Double, top: Double, fill: String, title: String) -> String {
        "<rect x=\"\(left)\" y=\"\(top)\" width=\"\(share * width)\" height=\"12\" fill=\"\(fill)\">"
            + "<title>\(title) \(String(format: "%.2f", 100 * share)) %</title></rect>"
    }

    private func text(_ words: String, x: Double, y: Double, anchor: String) -> String {
        "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(words)</text>"
    }
}
