import ArgumentParser
import Foundation
import Manual
import Testing

@testable import gyrus

/// The pages for `man`.
@Suite struct ManualPageTests {
    private static func pages() throws -> [ManualPage] {
        ManualPage.pages(of: try CommandDescription(dump: Data(Gyrus._dumpHelp().utf8)), version: "1.2")
    }

    @Test func `every command has a page with its options, examples and neighbors`() throws {
        let pages = try Self.pages()
        let files = Set(pages.map(\.file))
        #expect(
            files.count == pages.count && files.isSuperset(of: ["gyrus.1", "gyrus-predict.1", "gyrus-models-show.1"]))
        let page = try #require(pages.first { $0.file == "gyrus-predict.1" }).text
        #expect(
            page.hasPrefix(
                ".TH \"GYRUS-PREDICT\" 1 \"\" \"gyrus 1.2\" \"gyrus manual\"\n.SH NAME\ngyrus\\-predict \\- Predict"))
        #expect(page.contains(".nf\n.RS 4\ngyrus predict results/clothes picture.jpg"))
        #expect(page.contains(".TP\n.B \\-\\-table <file>\nTable with one row per sample."))
        #expect(page.hasSuffix(".SH SEE ALSO\n.BR gyrus (1)\n"))
        let group = try #require(pages.first { $0.file == "gyrus-models.1" }).text
        #expect(group.contains(".SH COMMANDS") && group.contains(".BR gyrus\\-models\\-show (1)"))
    }

    @Test func `no text is mistaken for a roff request`() throws {
        let requests: Set = [".TH", ".SH", ".B", ".BR", ".PP", ".TP", ".nf", ".fi", ".RS", ".RE"]
        for page in try Self.pages() {
            for line in page.text.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
                #expect(requests.contains(String(line.prefix { $0 != " " })), "\(page.file): \(line)")
            }
        }
    }
}
