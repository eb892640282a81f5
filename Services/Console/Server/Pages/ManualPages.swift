import Hummingbird
import Manual
import Model

/// The manual that is built into the executable.
struct ManualPages: Sendable {
    let renderer: Renderer

    /// Name of the first page.
    func index() -> Response { page(Manual.pages[0]) }

    /// The page with a name.
    func response(_ name: String) throws -> Response {
        guard let page = Manual.page(name) else { throw Failure(.notFound, "The manual has no page '\(name)'.") }
        return self.page(page)
    }

    private func page(_ page: Manual.Page) -> Response {
        renderer.page(
            "manual", title: page.title, section: .docs,
            [
                "content": page.document.html(link: Self.address(of:)),
                "pages": Manual.pages.map { other in
                    ["name": other.name, "title": other.title, "isCurrent": other.name == page.name] as [String: Any]
                },
            ])
    }

    /// Where a link of the manual leads in the console, which does not serve files of the repository.
    static func address(of link: String) -> String? {
        if link.contains("://") || link.hasPrefix("#") { return link }
        let parts = link.split(separator: "#", maxSplits: 1).map(String.init)
        guard parts[0].hasSuffix(".md"), let page = Manual.page(String(parts[0].dropLast(3))) else { return nil }
        return "/docs/\(page.name)" + (parts.count > 1 ? "#\(parts[1])" : "")
    }
}
