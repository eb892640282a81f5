import Presentation

/// Builds an SVG drawing element by element; colors come from the style sheet by class.
struct SVG {
    private(set) var body = ""
    let width: Double
    let height: Double

    /// Adds an element without content.
    mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        body += "<\(name)\(Self.text(attributes))/>"
    }

    /// Adds an element with text in it and a tooltip.
    mutating func add(_ name: String, _ attributes: KeyValuePairs<String, String>, text: String, title: String = "") {
        let title = title.isEmpty ? "" : "<title>\(VisibleText.html(title))</title>"
        body += "<\(name)\(Self.text(attributes))>\(VisibleText.html(text))\(title)</\(name)>"
    }

    /// Adds an element that contains what `content` adds.
    mutating func group(_ name: String, _ attributes: KeyValuePairs<String, String>, _ content: (inout SVG) -> Void) {
        body += "<\(name)\(Self.text(attributes))>"
        content(&self)
        body += "</\(name)>"
    }

    /// The whole drawing, with a label for screen readers.
    /// - Parameter isNatural: Whether it is shown at most at its own size, never enlarged.
    func drawing(_ kind: String, label: String, isNatural: Bool = false) -> String {
        """
        <svg class="\(kind)"\(isNatural ? " width=\"\(Self.number(width))\"" : "") viewBox="0 0 \(Self.number(width)) \(Self.number(height))" role="img" \
        aria-label="\(VisibleText.html(label))">\(body)</svg>
        """
    }

    /// A coordinate with at most one decimal.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "0" }
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = tenths.magnitude.quotientAndRemainder(dividingBy: 10)
        return "\(tenths < 0 ? "-" : "")\(whole)\(rest == 0 ? "" : ".\(rest)")"
    }

    /// A path through points.
    static func path(_ points: [(x: Double, y: Double)]) -> String {
        points.enumerated().map { "\($0.offset == 0 ? "M" : "L")\(number($0.element.x)) \(number($0.element.y))" }
            .joined()
    }

    private static func text(_ attributes: KeyValuePairs<String, String>) -> String {
        attributes.map { " \($0.key)=\"\(VisibleText.html($0.value))\"" }.joined()
    }
}
