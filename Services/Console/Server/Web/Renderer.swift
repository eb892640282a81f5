import Foundation
import HTTPTypes
import Hummingbird
import Model
import Mustache
import Presentation

/// Renders pages from the templates built into the executable.
struct Renderer: Sendable {
    /// A section of the navigation.
    enum Section: String, CaseIterable {
        case overview = "Overview"
        case zoo = "Zoo"
        case brain = "Brain"
        case scenarios = "Scenarios"
        case events = "Events"
        case docs = "Docs"

        var path: String { self == .overview ? "/" : "/\(rawValue.lowercased())" }
    }

    private let library: MustacheLibrary
    private let assets: Assets

    init(assets: Assets) throws {
        MustacheContentTypes.register(VisibleHTML(), named: VisibleHTML.name)
        var library = MustacheLibrary()
        for (name, bytes) in Templates.all {
            try library.register(
                "{{% CONTENT_TYPE: \(VisibleHTML.name)}}" + String(decoding: bytes, as: UTF8.self),
                named: name)
        }
        self.library = library
        self.assets = assets
    }

    /// A whole page.
    func page(
        _ template: String, title: String, section: Section? = nil, _ values: [String: Any]
    ) -> Response {
        var values = values
        values["title"] = title
        values["style"] = assets.path(of: "style.css")
        values["script"] = assets.path(of: "console.js")
        values["icon"] = assets.path(of: "icon.svg")
        values["sections"] = Section.allCases.map { entry in
            ["name": entry.rawValue, "path": entry.path, "isCurrent": entry == section] as [String: Any]
        }
        return html(text(template, values))
    }

    /// Part of a page, for scripts that replace it.
    func fragment(_ template: String, _ values: [String: Any]) -> Response { html(text(template, values)) }

    /// A template's text with these values.
    func text(_ template: String, _ values: [String: Any]) -> String {
        library.render(values, withTemplate: template) ?? ""
    }

    private func html(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// Text in templates. The escaping of the library goes by whole characters, so that a quotation mark followed by a combining mark
/// would end an attribute, and it lets invisible characters through.
private struct VisibleHTML: MustacheContentType {
    static let name = "VisibleHTML"

    func escapeText(_ text: String) -> String { VisibleText.html(text) }
}
