import Presentation
import Testing

@testable import ConsoleServer

@Suite(.timeLimit(.minutes(2))) struct VisibleTextTests {
    @Test(arguments: [
        ("a\u{1B}[31mb\u{7}\u{7F}", "a\\u001b[31mb\\u0007\\u007f"), ("\u{9B}2J\u{85}", "\\u009b2J\\u0085"),
        ("\u{200E}\u{200F}\u{61C}", "\\u200e\\u200f\\u061c"), ("\u{202A}x\u{202E}", "\\u202ax\\u202e"),
        ("\u{2066}x\u{2069}", "\\u2066x\\u2069"),
        ("a\u{200B}b\u{2060}\u{FEFF}\u{AD}", "a\\u200bb\\u2060\\ufeff\\u00ad"),
        ("\u{2028}\u{2029}", "\\u2028\\u2029"), ("\u{E0041}\u{180E}\u{3164}", "\\udb40\\udc41\\u180e\\u3164"),
        ("adm\u{200D}in\u{200C}", "adm\\u200din\\u200c"), ("é\u{200D}\u{202E}", "é\\u200d\\u202e"),
    ])
    func `characters that command, hide or reorder are shown`(_ text: String, _ shown: String) {
        #expect(VisibleText.lines(text) == shown)
        #expect(VisibleText.line("\(text)\n\t") == "\(shown)\\n ")
    }

    @Test(arguments: ["plain\n\ttext", "naïve é", "می‌خواهم", "👩‍👩‍👧‍👦 ❤️‍🔥", "क्‍ष", "日本語", "עברית", "12\u{202F}345"])
    func `text of any language stays as it is`(_ text: String) {
        #expect(VisibleText.lines(text).unicodeScalars.elementsEqual(text.unicodeScalars))
    }

    @Test func `no character ends an attribute, not even with a mark on it`() {
        let html = VisibleText.html("\"\u{301} onclick='\u{301}<\u{338}&\u{301}>\u{338}")
        #expect(html == "&quot;\u{301} onclick=&#39;\u{301}&lt;\u{338}&amp;\u{301}&gt;\u{338}")
    }

    @Test(arguments: Templates.all.map(\.name))
    func `every template escapes what users call things`(_ name: String) throws {
        let page = try Renderer(assets: Assets()).text(name, ["title": "\"\u{301}\u{202E}<"])
        #expect(!page.unicodeScalars.contains("\u{202E}") && !page.contains("\u{301}\\u202e<"))
        #expect(name != "layout" || page.contains("<title>&quot;\u{301}\\u202e&lt;"))
    }
}
