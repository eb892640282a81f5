import ConsoleServer
import ConsoleSupport
import Foundation
import Manual
import Testing

@Suite(.timeLimit(.minutes(2))) struct `Manual in the console` {
    @Test func `every page is served, and its links stay within the console or leave the site`() async throws {
        try await ConsoleFixture.serve { browser in
            for page in Manual.pages {
                let answer = try await browser.get("/docs/\(page.name)")
                #expect(answer.status == 200 && answer.text.contains("<h1 id="), "\(page.name)")
                #expect(answer.body.count < 400_000, "\(page.name) has \(answer.body.count) bytes")
                for link in answer.text.matches(of: /<a href="([^"]+)"/).map({ String($0.1) }) {
                    #expect(!link.hasSuffix(".md") && !link.contains("../"), "\(page.name): \(link)")
                }
            }
            let first = try await browser.get("/docs")
            #expect(first.text.contains("Your first scenario") && first.text.contains("aria-current=\"page\">Docs</a>"))
            #expect(first.text.contains("href=\"/docs/scenario-reference\""))
        }
    }

    @Test func `a missing page is reported`() async throws {
        try await ConsoleFixture.serve { browser in
            let answer = try await browser.get("/docs/no-such-page")
            #expect(answer.status == 404 && answer.text.contains("no-such-page"))
        }
    }
}
