import ConsoleSupport
import DesignerClient
import Foundation
import Messaging
import Model
import RegistryClient
import ServiceClient
import Testing

@Suite(.timeLimit(.minutes(3))) struct PageTests {
    /// Maximum size in bytes of a page with all that it loads.
    private static let budget = 300_000

    @Test func `ten thousand trials make small, sorted pages`() async throws {
        try await ConsoleCluster.run { cluster in
            let id = try await cluster.publish("many", trials: 10_000)
            let page = try await cluster.browser.get("/scenarios/\(id)")
            #expect(page.status == 200)
            let style = try await cluster.browser.get("/assets/style.css")
            let script = try await cluster.browser.get("/assets/console.js")
            #expect(page.body.count + style.body.count + script.body.count < Self.budget)
            #expect(page.text.contains("page 1 of 400"))
            #expect(page.text.contains("10\u{202F}000"))

            let best = try await cluster.browser.get("/scenarios/\(id)?sort=objective&direction=down")
            let first = try #require(best.text.firstMatch(of: /trials\/([0-9]+)">[0-9]+<\/a><\/td><td>image/))
            let top = try await cluster.designer.trials(of: id.text, by: .objective, descending: true, limit: 1)
            #expect(top.first?.id.number == Int(first.1))

            let last = try await cluster.browser.get("/scenarios/\(id)?page=400")
            #expect(last.text.contains(">9999</a></td>"))
            // No trial was trained to the end, so none is a model.
            #expect(!page.text.contains("href=\"/models/"))
            #expect(!best.text.contains("href=\"/models/"))
            let unsorted = try await cluster.browser.get("/scenarios/\(id)?sort=nothing")
            #expect(unsorted.status == 400)
            let zeroth = try await cluster.browser.get("/scenarios/\(id)?page=0")
            #expect(zeroth.status == 400)
        }
    }

    @Test func `every page is served with all services up, and no other address is`() async throws {
        try await ConsoleCluster.run { cluster in
            let id = try await cluster.publish("few", trials: 3)
            for path in ["/", "/zoo", "/brain", "/scenarios", "/scenarios/\(id)", "/scenarios/\(id)/search", "/events"]
            {
                let answer = try await cluster.browser.get(path)
                #expect(answer.status == 200, "\(path): \(answer.text)")
                #expect(answer.body.count < Self.budget, "\(path) has \(answer.body.count) bytes")
                let head = try await cluster.browser.get(path, method: "HEAD")
                #expect(head.status == 200 && head.body.isEmpty)
            }
            let zoo = try await cluster.browser.get("/zoo")
            let network = try #require(zoo.text.firstMatch(of: /href="(\/networks\/[0-9a-f]{64})"/))
            let base = try await cluster.browser.get(String(network.1))
            #expect(base.status == 200 && base.text.contains("class=\"architecture\""))
            let overview = try await cluster.browser.get("/")
            #expect(overview.text.contains("All services are up"))
            for queue in ["designer", "trainer", "evaluator"] {
                #expect(overview.text.contains("<div class=\"queue\"><h3>\(queue)</h3>\n\n<dl"), "\(queue)")
            }
            let events = try await cluster.browser.get("/events")
            #expect(events.text.contains("scenario.published"))
            let empty = try await cluster.browser.get("/events?kind=blob.")
            #expect(empty.text.contains("No matching events"))
            for path in ["/scenarios/none", "/models/none", "/models/a/b/c", "/nothing", "/assets/nothing"] {
                let answer = try await cluster.browser.get(path)
                #expect(answer.status == 404, "\(path)")
            }
        }
    }

    @Test func `an unavailable service is named with advice, and reappears`() async throws {
        try await ConsoleCluster.run([.designer, .knowledge, .trainer, .evaluator]) { cluster in
            let zoo = try await cluster.browser.get("/zoo")
            #expect(zoo.status == 503)
            #expect(zoo.field("Retry-After") != nil)
            #expect(zoo.text.contains("The registry is unavailable") && zoo.text.contains("gyrus up -d"))
            let overview = try await cluster.browser.get("/")
            #expect(overview.status == 200)
            #expect(overview.text.contains("4 of 5 services are up"))
            let lacking = try await cluster.browser.get("/events")
            #expect(lacking.text.contains("The registry does not answer"))
            let health = try await cluster.browser.get("/health")
            #expect(health.status == 200)

            try ConsoleCluster.start(.registry, in: cluster.fixture)
            let client = ServiceClient(try cluster.connect(to: .registry))
            _ = try await retrying(for: .seconds(30)) { try await client.health() }
            let back = try await cluster.browser.get("/zoo")
            #expect(back.status == 200)
        }
    }

    @Test func `events stream in order, and a disconnected reader resumes without gap or repetition`() async throws {
        try await ConsoleCluster.run([.registry, .designer]) { cluster in
            for name in ["a", "b", "c"] { _ = try await cluster.publish(name, trials: 0) }
            let path = "/events/stream?service=designer&kind=scenario.published&after=designer:0"
            let first = try await cluster.browser.messages(path, count: 2)
            _ = try await cluster.publish("d", trials: 0)
            let resumed = try await cluster.browser.messages(path, count: 2, lastEventID: first[1].id)
            let subjects = try (first.prefix(2) + resumed.prefix(2)).map { message in
                try JSONDecoder().decode([String: JSONText].self, from: Data(message.data.utf8))["subject"]?.text
            }
            #expect(subjects == ["a", "b", "c", "d"])
            let nonsense = try await cluster.browser.get("/events/stream?after=nonsense")
            #expect(nonsense.status == 400)
        }
    }

    @Test func `a scenario's stream has only events of that scenario`() async throws {
        try await ConsoleCluster.run([.registry, .designer, .trainer]) { cluster in
            for name in ["one", "other"] { _ = try await cluster.publish(name, trials: 0) }
            _ = try await cluster.designer.cancel("other")
            _ = try await cluster.designer.cancel("one")
            let messages = try await cluster.browser.messages(
                "/scenarios/one/stream?after=designer:0", count: 2, ending: "scenario.cancelled")
            #expect(messages.count >= 2)
            #expect(messages.allSatisfy { !$0.data.contains("\"other\"") })
            #expect(messages.contains { $0.data.contains("scenario.cancelled") })
        }
    }
}

/// A JSON value; only its strings matter.
private struct JSONText: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        text = try? decoder.singleValueContainer().decode(String.self)
    }
}
