/// The brain map: each region is a dot at its location, in one view of the brain.
///
/// A dot's size grows with the region's strength; dots closer to the viewer are in front.
struct BrainMapDrawing {
    /// Margin around the outline, and units per millimeter.
    private static let margin = 24.0
    private static let scale = 2.6
    /// Maximum number of regions with a link, strongest first; in a larger atlas the rest are only drawn.
    private static let mostLinks = 250

    let view: BrainView
    let regions: [BrainRegion]
    /// The address that a region's dot links to.
    let link: (BrainRegion) -> String
    /// Whether the dots are keyboard-focusable: in one view only, because all views show the same regions.
    let isReachable: Bool

    private let outline: BrainOutline
    private let across: ClosedRange<Double>
    private let up: ClosedRange<Double>

    init(
        view: BrainView, regions: [BrainRegion], isReachable: Bool = false, link: @escaping (BrainRegion) -> String
    ) {
        self.view = view
        self.regions = regions
        self.isReachable = isReachable
        self.link = link
        outline = BrainOutline(around: regions.map { (x: view.project($0).across, y: view.project($0).up) })
        (across, up) = outline.bounds
    }

    func svg() -> String {
        var svg = SVG(
            width: (across.upperBound - across.lowerBound) * Self.scale + 2 * Self.margin,
            height: (up.upperBound - up.lowerBound) * Self.scale + 2 * Self.margin)
        for (index, share) in [1, 0.86, 0.71, 0.55, 0.38].enumerated() {
            svg.add("path", ["class": index == 0 ? "skin" : "contour", "d": outline.path(at: share, place)])
        }
        ends(&svg)
        let ordered = regions.sorted { ($0.strength, view.project($0).near) < ($1.strength, view.project($1).near) }
        background(ordered.dropLast(Self.mostLinks), &svg)
        for region in ordered.suffix(Self.mostLinks) { dot(region, &svg) }
        return svg.drawing("brain \(view.rawValue)", label: "The brain, \(view.title)")
    }

    private func place(_ across: Double, _ up: Double) -> (x: Double, y: Double) {
        (
            Self.margin + (across - self.across.lowerBound) * Self.scale,
            Self.margin + (self.up.upperBound - up) * Self.scale
        )
    }

    private func ends(_ svg: inout SVG) {
        let ends = view.ends
        let middleX = svg.width / 2
        // Beside the outline, if there is room.
        let sideY = view == .sagittal ? svg.height - 8 : svg.height / 2
        let places: [(String, Double, Double, String)] = [
            (ends.left, 4, sideY, "end-name"), (ends.right, svg.width - 4, sideY, "end-name end"),
            (ends.top, middleX, 14, "end-name mid"), (ends.bottom, middleX, svg.height - 5, "end-name mid"),
        ]
        for (text, x, y, style) in places where !text.isEmpty {
            svg.add("text", ["class": style, "x": SVG.number(x), "y": SVG.number(y)], text: text)
        }
    }

    /// Regions as points of a single path, a tenth of the size of separate elements.
    private func background(_ regions: ArraySlice<BrainRegion>, _ svg: inout SVG) {
        guard !regions.isEmpty else { return }
        let points = regions.map { region in
            let projected = view.project(region)
            let place = place(projected.across, projected.up)
            return "M\(SVG.number(place.x)) \(SVG.number(place.y))h0"
        }
        svg.add("path", ["class": "quiet-points", "d": points.joined()])
    }

    private func dot(_ region: BrainRegion, _ svg: inout SVG) {
        let projected = view.project(region)
        let place = place(projected.across, projected.up)
        let (x, y) = (SVG.number(place.x), SVG.number(place.y))
        guard region.strength > 0 else {
            svg.group("a", ["href": link(region), "tabindex": "-1", "data-region": "\(region.id)"]) { svg in
                svg.add("circle", ["class": "quiet", "cx": x, "cy": y, "r": "2.6"], text: "", title: region.title)
            }
            return
        }
        let radius = 3 + 8.5 * region.strength
        let isLeft = place.x > svg.width / 2
        let label = region.note.isEmpty ? region.title : "\(region.title): \(region.note)"
        svg.group(
            "a",
            [
                "class": "spot \(region.style)", "href": link(region), "data-region": "\(region.id)",
                isReachable ? "aria-label" : "tabindex": isReachable ? label : "-1",
            ]
        ) { svg in
            svg.add("circle", ["cx": x, "cy": y, "r": SVG.number(radius)])
            svg.add(
                "text",
                [
                    "class": isLeft ? "label end" : "label", "y": SVG.number(place.y + 4),
                    "x": SVG.number(isLeft ? place.x - radius - 6 : place.x + radius + 6),
                ], text: label)
        }
    }
}
