import ConsoleSupport
import DesignerClient
import Foundation
import Model
import ServiceClient
import ServingSupport
import TestSupport
import Testing

@testable import ConsoleServer

@Suite(.timeLimit(.minutes(10))) struct ComparisonTests {
    private static func trial(_ number: Int, _ genome: String, _ objective: Double?) throws -> Trial {
        Trial(
            id: TrialID(scenario: try ScenarioID("s1"), number: number), state: .succeeded, genome: genome,
            origin: "random", networkName: "n", code: "c", objective: objective)
    }

    private static let genes: [ScenarioFacts.Gene] = [
        .init(
            name: "image",
            parts: [
                .init(name: "structure", choices: ["LeNet3", "ResNet (8, wide)"]),
                .init(name: "width", choices: ["1", "2", "4"]),
            ]), .init(name: "cell", parts: [], turn: [.init(name: "kernel", choices: ["3", "5"])]),
    ]

    @Test func `a decision is as important as the variance that it explains alone`() throws {
        // The structure matters, the width does not.
        let trials = try (0..<24).map { number in
            let structure = number % 2 + 1
            return try Self.trial(
                number, "\(structure).\(number / 2 % 3 + 1)-1", Double(structure) + 0.01 * Double(number % 5))
        }
        let found = Parameters(trials, genes: Self.genes)
        #expect(found.columns.map(\.name) == ["image: structure", "image: width"])
        #expect(found.columns[0].importance > 0.99 && found.columns[1].importance < 0.05)
        #expect(found.columns[0].levels == ["LeNet3", "ResNet (8, wide)"])
        #expect(found.trials[0].objective == found.trials.compactMap(\.objective).max())
        #expect(Parameters.share(explainedBy: [0, 1, 0, 1], levels: 2, of: [1, 1, 1, 1]) == 0)
    }

    @Test func `genomes of any length are compared, and those from older designers by number`() throws {
        let trials = [try Self.trial(0, "1.1-1.2", 0.5), try Self.trial(1, "0.0-2.1.1", 0.7)]
        let found = Parameters(trials, genes: Self.genes)
        #expect(Set(found.columns.map(\.name)).isSuperset(of: ["image: structure", "cell: layers", "cell: kernel 3"]))
        let layers = try #require(found.columns.first { $0.name == "cell: layers" })
        #expect(layers.levels == ["2", "3"])
        #expect(Parameters(trials, genes: nil).columns.contains { $0.name == "gene 1: part 1" })
        #expect(Parameters([], genes: nil).columns.isEmpty)
    }

    @Test func `files differ in the lines that not all of them contain`() {
        let rows = ComparisonPage.differences(["a: 1\n# c\nb: 2\n", "a: 1\r\nb: 3", "a: 1\nb: 2"])
        #expect(rows.compactMap { $0["line"] as? String } == ["b: 2", "b: 3"])
    }

    @Test func `scenarios, and trials of one scenario, are shown side by side`() async throws {
        try await ConsoleCluster.run([.registry, .designer, .trainer]) { cluster in
            let first = try await cluster.publish("first", trials: 30)
            let second = try await cluster.publish("second", trials: 12)
            let list = try await cluster.browser.get("/scenarios")
            #expect(list.text.contains("action=\"/compare/scenarios\"") && list.text.contains("value=\"second\""))
            let page = try await cluster.browser.get("/compare/scenarios?id=\(first)&id=\(second)")
            #expect(page.status == 200 && page.text.contains("30 of 30") && page.text.contains("12 of 12"))
            #expect(page.text.contains("Best so far") && page.text.contains("scenario: first"))
            #expect(try await cluster.browser.get("/compare/scenarios?id=\(first)").status == 400)
            #expect(try await cluster.browser.get("/compare/scenarios?id=\(first)&id=nobody").status == 404)
            let trials = try await cluster.browser.get("/scenarios/\(first)?view=compare")
            #expect(trials.text.contains("30 measured trials"))
            let facts = try await cluster.designer.scenario(first.text).facts
            #expect(facts?.genes?.isEmpty == false)
            #expect(try await cluster.designer.scenarios().allSatisfy { $0.facts?.genes == nil })
        }
    }

    @Test func `models are shown side by side, with the better number marked`() async throws {
        let made = try MadePackage.table(target: .init(columns: ["kind"], kind: .classification))
        try await ConsoleCluster.run([.registry]) { cluster in
            for id in ["one", "two"] { try await made.register(as: id, with: try cluster.registry) }
            let page = try await cluster.browser.get("/compare/models?id=one&id=two")
            #expect(page.status == 200 && page.text.contains("href=\"/models/two\""))
            #expect(page.text.contains("Parameters"))
        }
    }
}
