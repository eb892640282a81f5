/// A rectangle in an image, in pixels; it may extend beyond the image's border.
public struct Box: Hashable, Sendable, Codable {
    /// Distance of its left edge from that of the image.
    public var left: Double
    /// Distance of its upper edge from that of the image.
    public var top: Double
    /// Width in pixels.
    public var width: Double
    /// Height in pixels.
    public var height: Double

    /// Makes a box from its upper left corner and its size.
    public init(left: Double, top: Double, width: Double, height: Double) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }

    /// Makes a box from its center and its size.
    public init(centerX: Double, centerY: Double, width: Double, height: Double) {
        self.init(left: centerX - width / 2, top: centerY - height / 2, width: width, height: height)
    }

    /// Position of its right edge.
    public var right: Double { left + width }
    /// Position of its lower edge.
    public var bottom: Double { top + height }
    /// Horizontal position of its center.
    public var centerX: Double { left + width / 2 }
    /// Vertical position of its center.
    public var centerY: Double { top + height / 2 }
    /// Its area; that of a box without extent is 0.
    public var area: Double { max(width, 0) * max(height, 0) }
    /// Whether it has an extent in both directions.
    public var hasExtent: Bool { width > 0 && height > 0 }

    /// Area of the intersection over area of the union, from 0 (apart) to 1 (equal).
    public func overlap(with other: Box) -> Double {
        let width = min(right, other.right) - max(left, other.left)
        let height = min(bottom, other.bottom) - max(top, other.top)
        guard width > 0, height > 0 else { return 0 }
        let intersection = width * height
        return intersection / (area + other.area - intersection)
    }
}

extension Matrix {
    /// The overlap of each of the first boxes, in rows, with each of the second.
    static func overlaps(_ rows: [Box], _ columns: [Box]) -> Matrix {
        Matrix(rows: rows.count, columns: columns.count) { rows[$0].overlap(with: columns[$1]) }
    }
}
