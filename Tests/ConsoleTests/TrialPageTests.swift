import ConsoleSupport
import DesignerClient
import Foundation
import Model
import Testing

@testable import ConsoleServer

@Suite(.timeLimit(.minutes(10))) struct TrialPageTests {
    @Test func `form input is read as it was typed`() throws {
        let query = Query(encoded: "text=see+written%20digits%2C+hear&code=*%3B+vision&empty=&plus=1%2B1&x=a=b")
        #expect(query["text"] == "see written digits, hear")
        #expect(query["code"] == "*; vision")
        #expect(query["empty"] == nil && query["plus"] == "1+1" && query["x"] == "a=b")
        #expect(Query(encoded: "a=100%")["a"] == "100%", "an invalid encoding is left as it is")
    }

    @Test func `a trial has a page, and the table leads there`() async throws {
        try await ConsoleCluster.run { cluster in
            let id = try await cluster.publish("few", trials: 40)
            let table = try await cluster.browser.get("/scenarios/\(id)")
            #expect(table.text.contains("href=\"/scenarios/few/trials/7\""))
            let page = try await cluster.browser.get("/scenarios/\(id)/trials/7")
            #expect(page.status == 200 && page.text.contains("1.1.1-0.0.0") && page.text.contains("Trial 7"))
            #expect(page.text.contains("href=\"/scenarios/few/trials/6\""))
            #expect(try await cluster.browser.get("/scenarios/\(id)/trials/40000").status == 404)
            #expect(try await cluster.browser.get("/scenarios/\(id)/trials/x").status == 400)
            let file = try await cluster.browser.get("/scenarios/\(id)/file")
            #expect(file.text.hasPrefix("scenario: few"))
            #expect(file.field("Content-Disposition") == "attachment; filename=\"few.yaml\"")
        }
    }

    @Test func `trials can be filtered, and downloaded with all measurements`() async throws {
        try await ConsoleCluster.run { cluster in
            let id = try await cluster.publish("many", trials: 60)
            let none = try await cluster.browser.get("/scenarios/\(id)?state=failed")
            #expect(none.text.contains("No matching trials."))
            #expect(try await cluster.browser.get("/scenarios/\(id)?state=odd").status == 400)
            let all = try await cluster.designer.trials(of: id.text)
            let wanted = try #require(all.first).networkName
            let fitting = all.filter { $0.networkName.contains(wanted) }
            let found = try await cluster.browser.get("/scenarios/\(id)/trials.csv?text=\(Query.encoded(wanted))")
            let lines = found.text.split(separator: "\r\n")
            #expect(lines.count == fitting.count + 1)
            #expect(lines[0].hasPrefix("trial,state,origin,network,genome,code,objective,failure"))
            let whole = try await cluster.browser.get("/scenarios/\(id)/trials.csv?sort=objective&direction=down")
            #expect(whole.text.split(separator: "\r\n").count == 61)
            #expect(whole.field("Content-Type")?.hasPrefix("text/csv") == true)
        }
    }

    @Test func `a field of the file is text, whatever it contains`() throws {
        let scenario = try ScenarioID("s1")
        let trial = Trial(
            id: TrialID(scenario: scenario, number: 0), state: .failed, genome: "-1.2", origin: "=1+1, \"x\"",
            networkName: "a\nb", code: "@c", failure: Failure(.internal, "-bad"))
        let lines = TrialFile([trial], metric: .accuracy).text
        #expect(lines.hasSuffix("0,failed,\"'=1+1, \"\"x\"\"\",\"a\nb\",-1.2,'@c,,'-bad\r\n"))
    }

    @Test func `each view of a scenario shows only its part`() async throws {
        try await ConsoleCluster.run { cluster in
            let id = try await cluster.publish("few", trials: 3)
            let search = try await cluster.browser.get("/scenarios/\(id)")
            let brain = try await cluster.browser.get("/scenarios/\(id)?view=brain")
            let file = try await cluster.browser.get("/scenarios/\(id)?view=file")
            #expect(search.text.contains("id=\"trials\"") && !search.text.contains("scenario: few"))
            #expect(brain.text.contains("activates in the brain") && !brain.text.contains("id=\"trials\""))
            // The knowledge service was asked about this search space.
            #expect(brain.text.contains("No trial in this search space is known yet."))
            #expect(brain.text.contains("id=\"structures\"") && brain.text.contains("<td>LeNet5</td><td>yes</td>"))
            #expect(file.text.contains("scenario: few") && !file.text.contains("id=\"trials\""))
            #expect(try await cluster.browser.get("/scenarios/\(id)?view=odd").status == 400)
        }
    }

    @Test func `the curves of a training have a chart for each measure`() throws {
        func event(_ step: Int, _ values: [String: String]) -> Event {
            Event(
                sequence: UInt64(step), time: Date(), service: "trainer", kind: "task.progress", subject: "s1/0/train",
                attributes: values.merging(["step": "\(step)"]) { $1 })
        }
        let trial = Trial(
            id: TrialID(scenario: try ScenarioID("s1"), number: 0), state: .training, genome: "1", origin: "random",
            networkName: "n", code: "c")
        let events = (1...3).map {
            event(
                $0,
                [
                    "metric.training-loss": "\(1.0 / Double($0))", "metric.validation-loss": "\(1.2 / Double($0))",
                    "metric.validation-accuracy": "0.\($0)", "metric.seconds": "1", "metric.validation-odd": "nan",
                ])
        }
        let charts = TrialPage.charts(events, trial)
        #expect(charts.compactMap { $0["name"] as? String } == ["accuracy", "loss"])
        let loss = try #require(charts.last?["drawing"] as? String)
        #expect(loss.contains("validation, epoch 3") && loss.contains("training, epoch 3"))
    }
}

/// Contrast of text and its background, by day and by night.
@Suite struct ContrastTests {
    /// The colors of the style sheet by name.
    private static let colors: [String: (day: String, night: String)] = {
        let style = String(decoding: PackageResources.style_css, as: UTF8.self)
        var found: [String: (String, String)] = [:]
        for match in style.matches(of: /--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/) {
            found[String(match.1)] = (String(match.2), String(match.3))
        }
        return found
    }()

    private static func channels(_ color: String) -> [Double] {
        let number = UInt32(color.dropFirst(), radix: 16) ?? 0
        return [16, 8, 0].map { Double(number >> $0 & 255) / 255 }
    }

    private static func luminance(_ channels: [Double]) -> Double {
        let linear = channels.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    }

    private static func contrast(_ one: [Double], _ other: [Double]) -> Double {
        let (a, b) = (luminance(one), luminance(other))
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    @Test(arguments: ["ink", "soft", "lead"], ["paper", "card", "line-soft"])
    func `texts have enough contrast on paper and cards`(_ text: String, _ ground: String) throws {
        let (text, ground) = (try #require(Self.colors[text]), try #require(Self.colors[ground]))
        #expect(Self.contrast(Self.channels(text.day), Self.channels(ground.day)) >= 4.5)
        #expect(Self.contrast(Self.channels(text.night), Self.channels(ground.night)) >= 4.5)
    }

    @Test(arguments: [
        "good", "bad", "wait", "vision", "audition", "language", "emotion", "action", "cognition", "interoception",
        "other",
    ])
    func `words on their own background color have enough contrast`(_ name: String) throws {
        let (tint, card) = (try #require(Self.colors[name]), try #require(Self.colors["card"]))
        for (tint, card) in [(tint.day, card.day), (tint.night, card.night)] {
            let (color, paper) = (Self.channels(tint), Self.channels(card))
            let ground = zip(color, paper).map { 0.14 * $0 + 0.86 * $1 }
            #expect(Self.contrast(color, ground) >= 4.5, "\(name): \(Self.contrast(color, ground))")
        }
    }
}
