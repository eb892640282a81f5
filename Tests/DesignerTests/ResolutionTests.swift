import Brain
import DesignerClient
import Model
import Search
import Storage
import Synchronization
import Testing

@testable import DesignerSearch
@testable import DesignerServer

/// What a scenario engages determines the choices of its search, and is stored with it.
@Suite(.timeLimit(.minutes(10))) struct ResolutionTests {
    private static func area(_ path: String) throws -> Int { try FakeWorld.map.area(named: path).id }

    @Test func `a published scenario keeps its explanation, whatever changes later`() async throws {
        let offers = [
            try Self.area("vision"): ["LeNet3", "LeNet5"], try Self.area("audition"): ["MediumNet", "LeNet3"],
        ]
        let database = try Designer.database()
        let text = scenarioText(trials: 12, more: "").replacing(
            "structures: [LeNet3, MediumNet]",
            with: "structures: [-ResNet, -MobileNet, -DenseNet, -ConvNeXt, -TC-ResNet, -CRNN]")
        let first = FakeWorld(offers: offers)
        _ = try await Designer(database, first).living { service in
            try await service.publish(text, file: "f.yaml", as: "s1")
        }
        // The registry has changed by the time the search runs.
        let second = FakeWorld()
        let (explanation, trials) = try await Designer(database, second).living { service in
            while try await !service.scenario("s1", waiting: .seconds(30)).state.isFinal {}
            return (
                try await service.explain(.published("s"), networks: 0).explanation,
                try await service.trials(of: "s1", from: 0, limit: 0)
            )
        }
        #expect(first.state.withLock { $0.resolved } == 1 && second.state.withLock { $0.resolved } == 0)
        #expect(explanation.areas.filter(\.isActivated).map(\.path).contains("audition"))
        #expect(explanation.modalities.map(\.candidates).contains(["LeNet3", "MediumNet"]))
        // LeNet5 belongs only to vision and MediumNet only to audition; SparseNet belongs to neither.
        let space = try #require(trials.first).networkSpace(text, explanation)
        #expect(
            space.space.genes.map { $0.parts[1].choices } == [
                ["LeNet3", "MediumNet", "SparseNet"], ["LeNet3", "LeNet5", "SparseNet"],
            ])
        for trial in trials {
            let chosen = try space.space.choices(of: Genome(trial.genome))
            #expect(chosen[0]?["structure"] != "LeNet5" && chosen[1]?["structure"] != "MediumNet")
        }
        let learned = second.state.withLock { Array($0.observations.values) }
        #expect(!learned.isEmpty && learned.allSatisfy { $0.functions == explanation.functions })
        // The first ones are fused in the order of cooperation.
        #expect(explanation.fusionOrder == ["audio", "image"])
        #expect(trials.prefix(3).map(\.origin) == ["cooperation", "cooperation", "random"])
        #expect(trials[0].networkName == "audio: LeNet3×0.5 sgd")
        #expect(trials[1].networkName == "audio: LeNet3×0.5 sgd; image: LeNet3×0.5 sgd")
    }

    @Test func `networks known to be good come before those that follow from cooperation`() async throws {
        let known = try [Genome("1.1.1-1.2.1"), Genome("2.1.1-1.1.1")]
        let designer = try await Designer(Designer.database(), FakeWorld(known: known))
        let trials = try await designer.living { service in
            try await service.publish(scenarioText(trials: 8), file: "f.yaml", as: "s1")
            while try await !service.scenario("s1", waiting: .seconds(30)).state.isFinal {}
            return try await service.trials(of: "s1", from: 0, limit: 0)
        }
        #expect(trials.prefix(4).map(\.origin) == ["knowledge", "knowledge", "cooperation", "random"])
        #expect(try trials.prefix(2).map { try Genome($0.genome) } == known)
    }

    @Test func `unknown words cause warnings, and the kinds of data decide`() async throws {
        let designer = try await Designer(Designer.database(), FakeWorld())
        let text = scenarioText().replacing("see written digits", with: "sea writen digits")
        let explanation = try await designer.living { service in
            try await service.publish(text, file: "f.yaml", as: "s1")
            return try await service.explain(.published("s1"), networks: 0).explanation
        }
        #expect(explanation.unknownWords?.map(\.word).contains("writen") == true)
        let events = try await designer.service.store.events.read(limit: 100)
        let warnings = events.filter { $0.kind == "scenario.warning" }.compactMap { $0.attributes["message"] }
        #expect(warnings.contains { $0.contains("'written'") }, "\(warnings)")
    }

    @Test func `scenarios that differ only in their stimuli search different networks`() async throws {
        let designer = try await Designer(Designer.database(), FakeWorld())
        let text = scenarioText().replacing("structures: [LeNet3, MediumNet], ", with: "")
        let spaces = try await designer.living { service in
            var spaces: [[String]] = []
            for (id, stimuli) in [("s1", "see written digits"), ("s2", "feel fear and anger")] {
                let text = text.replacing("see written digits, hear spoken digits", with: stimuli)
                try await service.publish(text, file: "f.yaml", as: id)
                let plan = ScenarioPlan(
                    id: try ScenarioID(id), generation: 0, file: try ScenarioFile(text), text: text,
                    explanation: try await service.explain(.published(id), networks: 0).explanation)
                spaces.append(try plan.candidateSpace.space.genes.flatMap { $0.parts[1].choices })
            }
            return spaces
        }
        #expect(!spaces[0].contains("mini-Xception") && spaces[1].contains("mini-Xception"), "\(spaces)")
    }

    @Test func `a file is explained as it would be published, with what attention would try`() async throws {
        let known = try [Genome("1.1.1-1.2.1"), Genome("2.1.1-1.1.1")]
        let text = scenarioText()
        let world = FakeWorld(known: known, favorites: ["image": "LeNet5"])
        let (file, published) = try await Designer(Designer.database(), world).living { service in
            let file = try await service.explain(.text(text, file: "f.yaml"), networks: 1)
            try await service.publish(text, file: "f.yaml", as: "s1")
            return (file, try await service.explain(.published("s1"), networks: 1))
        }
        #expect(file == published)
        #expect(file.networks.map(\.genome) == ["1.1.1-1.2.1"] && file.unknown == nil)
        #expect(file.ranking.first?.name == "LeNet5" && file.ranking.first?.modality == "image")
        let searched = file.structures.filter { $0.isSearched && $0.modality == "image" }.map(\.name)
        #expect(searched == ["LeNet3", "MediumNet"])
        #expect(file.structures.contains { !$0.isSearched && !$0.reason.isEmpty })
    }

    @Test func `an explanation without the knowledge service says what is unknown`() async throws {
        let world = FakeWorld(attentionFailure: Failure(.unavailable, "away"))
        let explained = try await Designer(Designer.database(), world).living { service in
            try await service.explain(.text(scenarioText(), file: "f.yaml"), networks: 8)
        }
        #expect(explained.unknown == "the knowledge service does not answer")
        #expect(explained.networks.isEmpty && !explained.structures.isEmpty)
    }

    @Test func `an error in a file to explain is reported with its line`() async throws {
        let designer = try await Designer(Designer.database(), FakeWorld())
        let failure = await #expect(throws: Failure.self) {
            _ = try await designer.service.explain(
                .text(scenarioText() + "surprise: 1\n", file: "f.yaml"), networks: 0)
        }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.hasPrefix("f.yaml:") == true, "\(failure?.message ?? "nothing was thrown")")
    }

    @Test func `publishing again needs no registry, and a new scenario reports that it is unavailable`() async throws {
        let database = try Designer.database()
        let designer = try await Designer(database, FakeWorld())
        try await designer.service.publish(scenarioText(), file: "f.yaml", as: "s1")
        let away = Failure(.unavailable, "The registry is away.")
        let lonely = try await Designer(database, FakeWorld(resolutionFailure: away))
        let again = try await lonely.service.publish(scenarioText(), file: "f.yaml", as: "s1")
        #expect(again.id.text == "s1")
        let failure = await #expect(throws: Failure.self) {
            try await lonely.service.publish(scenarioText(), file: "f.yaml", as: "s2")
        }
        #expect(failure == away)
    }
}

extension Trial {
    fileprivate func networkSpace(_ text: String, _ explanation: Explanation) throws -> any CandidateSpace {
        let plan = ScenarioPlan(
            id: id.scenario, generation: 0, file: try ScenarioFile(text), text: text, explanation: explanation)
        return try plan.candidateSpace
    }
}
