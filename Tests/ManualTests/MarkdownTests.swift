import Manual
import Testing

@Suite struct `Markdown of the manual` {
    @Test func `blocks are distinguished`() {
        let text = """
            # Title

            A paragraph
            over two lines.
            ```yaml
            a: <b>
            ```
            - one
              goes on
            - two

            1. first
            2. second

            | a | b |
            | --- | --- |
            | `x \\| y` | z |
            <!-- a note -->
            ## Below
            """
        #expect(
            Markdown(text).blocks == [
                .heading(1, "Title"), .paragraph("A paragraph over two lines."), .code("a: <b>", language: "yaml"),
                .list(["one goes on", "two"], isNumbered: false), .list(["first", "second"], isNumbered: true),
                .table(["a", "b"], [["`x | y`", "z"]]), .heading(2, "Below"),
            ])
        #expect(Markdown(text).title == "Title")
    }

    @Test(arguments: [
        ("some `code` here", "<p>some <code>code</code> here</p>"),
        ("**strong** and *light*", "<p><strong>strong</strong> and <em>light</em></p>"),
        ("2 * 3 * 4 and a_b", "<p>2 * 3 * 4 and a_b</p>"),
        ("see [the *page*](other.md#part)", "<p>see <a href=\"other.md#part\">the <em>page</em></a></p>"),
        ("a [bracket] and (more)", "<p>a [bracket] and (more)</p>"),
        ("1 < 2 & \"x\"", "<p>1 &lt; 2 &amp; &quot;x&quot;</p>"),
        ("`<script>`", "<p><code>&lt;script&gt;</code></p>"),
        ("[x](\"><script>)", "<p><a href=\"&quot;&gt;&lt;script&gt;\">x</a></p>"),
        ("an open ` mark and ** another", "<p>an open ` mark and ** another</p>"),
    ])
    func `lines become HTML without unintended markup`(line: String, html: String) {
        #expect(Markdown(line).html() == html)
    }

    @Test func `headings have the anchors of code hosts`() {
        #expect(Markdown.anchor(of: "Over the network") == "over-the-network")
        #expect(Markdown.anchor(of: "`data.NAME`: your own data") == "dataname-your-own-data")
        #expect(Markdown("## A b\n\n[x](#a-b)").anchors == ["a-b"])
        #expect(Markdown("- [x](#a-b)").links == ["#a-b"])
    }

    @Test func `text for a terminal keeps its width`() {
        let text = Markdown(
            "# One\n\n\(String(repeating: "word ", count: 60))\n\n- \(String(repeating: "more ", count: 40))"
        )
        .text(width: 40)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 40 })
        #expect(text.hasPrefix("ONE\n\nword word"))
        #expect(text.contains("\n- more") && text.contains("\n  more"))
    }
}
