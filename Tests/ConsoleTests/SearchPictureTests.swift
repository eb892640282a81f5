import DesignerClient
import Foundation
import Model
import Testing

@testable import ConsoleServer

@Suite struct SearchPictureTests {
    static func trial(
        _ number: Int, _ origin: String, _ objective: Double?, from parents: [Int] = [], final source: Int? = nil
    ) throws -> Trial {
        Trial(
            id: TrialID(scenario: try ScenarioID("s1"), number: number),
            state: objective == nil ? .training : .succeeded, genome: "1.1.1",
            purpose: source.map { .final(of: $0) } ?? .candidate, origin: origin, parents: parents, networkName: "n",
            code: "c", objective: objective)
    }

    /// The status of a search whose best trial is the given network; a fusion search if networks to fuse are given.
    static func status(
        method: String, network: String? = nil, fusing networks: String? = nil, model: String? = nil
    ) throws -> ScenarioStatus {
        var best = try trial(3, "mutation 1", 0.9)
        best.networkName = network ?? "image: LeNet3×1 adam"
        let text = """
            scenario: s
            modalities: {image: {dataset: mnist}\(networks == nil ? "" : ", audio: {dataset: fsdd}")}
            search: {method: \(method), trials: 8}
            \(networks.map { "fusion: {networks: {\($0)}}" } ?? "")
            """
        return ScenarioStatus(
            id: try ScenarioID("s1"), name: "s", state: .running, trials: 8, endedTrials: 4, best: best, failure: nil,
            published: Date(), ended: nil, model: model, text: text,
            facts: ScenarioFacts(try ScenarioFile(text).scenario))
    }

    static let progress: SearchProgress = {
        let measured = (0..<4).map {
            SearchProgress.Metrics(number: $0, objective: 0.6 + 0.1 * Double($0), parameters: 1, latency: 1)
        }
        return SearchProgress(counts: [.succeeded: 4], finals: 0, records: measured, front: [], sample: measured)
    }()

    /// The pictures of a search with some trials.
    static func pictures(
        _ status: ScenarioStatus, learned: [[String: String]] = [], trials: [Trial] = []
    ) async throws -> [SearchPicture] {
        let events = learned.enumerated().map { index, attributes in
            Event(
                sequence: UInt64(index + 1), time: Date(), service: "designer", kind: "scenario.learned", subject: "s1",
                attributes: attributes)
        }
        let ranking = trials.sorted { ($0.objective ?? 0) > ($1.objective ?? 0) }
        return try await SearchPicture.pictures(
            of: status, progress, learned: events, best: { limit in Array(ranking.prefix(limit)) },
            last: { trials })
    }

    /// The picture of a search that has at most one.
    static func picture(
        _ status: ScenarioStatus, learned: [[String: String]] = [], trials: [Trial] = []
    ) async throws -> SearchPicture? {
        let pictures = try await Self.pictures(status, learned: learned, trials: trials)
        #expect(pictures.count <= 1)
        return pictures.first
    }

    @Test func `a population is drawn with its lines of descent`() async throws {
        let trials = [
            try Self.trial(0, "random", 0.6), try Self.trial(1, "random", 0.7),
            try Self.trial(2, "crossover 0 × 1, mutation", 0.8, from: [0, 1]),
            try Self.trial(3, "mutation 2", 0.9, from: [2]),
            try Self.trial(4, "mutation 0", 0.5, from: [0]), try Self.trial(5, "mutation 1", nil, from: [1]),
        ]
        let picture = try #require(try await Self.picture(Self.status(method: "evolution"), trials: trials))
        #expect(picture.drawing.matches(of: #/class="line s1"/#).count == 3)
        #expect(picture.drawing.matches(of: #/class="line muted"/#).count == 1)
        #expect(picture.drawing.matches(of: #/<circle/#).count == 5)
        // Without descent, or for a method without it, there is nothing to draw.
        #expect(try await Self.picture(Self.status(method: "evolution"), trials: [trials[0]]) == nil)
        #expect(try await Self.picture(Self.status(method: "random"), trials: trials) == nil)
    }

    @Test func `structures that grow are drawn with what they grew from`() async throws {
        let trials = [
            try Self.trial(0, "first", 0.6), try Self.trial(1, "growth 0", 0.7, from: [0]),
            try Self.trial(3, "growth 1", 0.9, from: [1]),
        ]
        let picture = try #require(try await Self.picture(Self.status(method: "progressive"), trials: trials))
        #expect(picture.drawing.matches(of: #/class="line s1"/#).count == 2)
    }

    @Test(arguments: ["predictor", "auto"])
    func `a predictor's trials are drawn with the networks that they are neighbors of`(method: String) async throws {
        let trials = [
            try Self.trial(0, "random", 0.6), try Self.trial(1, "prediction", 0.7),
            try Self.trial(2, "neighbor 1", 0.8, from: [1]), try Self.trial(3, "prediction", 0.9),
        ]
        let picture = try #require(try await Self.picture(Self.status(method: method), trials: trials))
        #expect(picture.title == "Ancestry")
        #expect(picture.drawing.matches(of: #/class="line muted"/#).count == 1)
    }

    @Test func `controllers are drawn with their entropy over trials`() async throws {
        let learned = (1...5).map { ["trials": "\($0)", "entropy.image": "\(2.0 / Double($0))", "entropy.audio": "1"] }
        let picture = try #require(try await Self.picture(Self.status(method: "reinforce"), learned: learned))
        #expect(picture.drawing.matches(of: #/<path class="line/#).count == 2)
        #expect(picture.note.contains("audio, image"))
        #expect(try await Self.picture(Self.status(method: "reinforce"), learned: [["entropy.image": "nan"]]) == nil)
    }

    @Test func `replicas of a controller have one line each`() async throws {
        let learned = (1...6).map {
            [
                "trials": "\($0)", "replica": "\($0 % 2 + 1)", "entropy.image": "\(2.0 / Double($0))",
                "entropy.audio": "1",
            ]
        }
        let picture = try #require(try await Self.picture(Self.status(method: "reinforce"), learned: learned))
        #expect(picture.drawing.matches(of: #/<path class="line/#).count == 4)
        #expect(picture.note.contains("each of its 2 replicas"))
        #expect(picture.drawing.contains("image, replica 2: 0.4 bits"))
    }

    @Test func `an embedding is drawn with the place of each network`() async throws {
        let learned = [["trials": "4", "ranking": "0.875", "map": "0:0.1:-0.2 1:0.3:0.4 3:-1:0.5 x:1:2 9:nan:1"]]
        let picture = try #require(try await Self.picture(Self.status(method: "nao"), learned: learned))
        #expect(picture.drawing.matches(of: #/<circle/#).count == 3)
        #expect(picture.drawing.contains("q3 strong"))
        #expect(picture.note.contains("87.50 %"))
    }

    @Test func `the best fusion is drawn with the inputs of each layer`() async throws {
        let name =
            "LeNet3+LeNet5 concatenation joint adamw: image stage2 + audio stage4 relu"
            + " → image scores + audio scores leaky-relu"
        let status = try Self.status(method: "progressive", network: name, fusing: Self.networks)
        let picture = try #require(try await Self.picture(status))
        #expect(picture.drawing.matches(of: #/<g class="box /#).count == 7)
        #expect(picture.drawing.contains(">audio stage4<") && picture.drawing.contains("fusion layer 2, leaky-relu"))
        #expect(picture.note.contains("concatenation joint"))
        let product = FusionDiagram("LeNet3+LeNet5 product of answers: image scores + audio scores multiplied")?.svg()
        #expect(product?.matches(of: #/<g class="box /#).count == 4)
        for other in ["image: LeNet3×1 adam", "audio: LeNet5×0.5 sgd; image: LeNet3×1 adam", "image: LeNet3", ""] {
            #expect(FusionDiagram(other) == nil)
        }
    }

    private static let networks = "image: LeNet3, audio: LeNet5"

    /// Trials of a search for a fusion: both networks alone and two fusions.
    private static func fusions() throws -> [Trial] {
        let names =
            ["audio: LeNet5", "image: LeNet3"]
            + ["sigmoid", "relu"].map {
                "LeNet5+LeNet3 attention joint adamw: audio scores + image scores \($0)"
            }
        return try zip(names, [0.9, 0.4, 0.5, 0.6]).enumerated().map { number, network in
            var row = try Self.trial(number, number < 2 ? "alone" : "random", network.1)
            row.networkName = network.0
            return row
        }
    }

    @Test func `while a single network leads, the best fusion below it is drawn`() async throws {
        let status = try Self.status(method: "progressive", network: "audio: LeNet5", fusing: Self.networks)
        let trials = try Self.fusions()
        let picture = try #require(try await Self.picture(status, trials: trials))
        #expect(picture.title == "The best fusion")
        #expect(picture.drawing.contains("fusion layer 1, relu"))
        #expect(try await Self.picture(status, trials: Array(trials.prefix(2))) == nil)
    }

    @Test(arguments: [("reinforce", "Entropy of the controllers"), ("nao", "The embedding"), ("evolution", "Ancestry")])
    func `a fusion search shows its searcher next to the best fusion`(method: String, title: String) async throws {
        var trials = try Self.fusions()
        trials[3].origin = "mutation 2"
        trials[3].parents = [2]
        let status = try Self.status(method: method, network: trials[3].networkName, fusing: Self.networks)
        let learned: [String: [[String: String]]] = [
            "reinforce": [["trials": "4", "entropy.fusion": "1.5"]],
            "nao": [["trials": "4", "ranking": "0.5", "map": "2:0.1:0.2 3:0.3:0.4"]],
        ]
        let pictures = try await Self.pictures(status, learned: learned[method] ?? [], trials: trials)
        #expect(pictures.count == 2)
        #expect(pictures.first?.title == "The best fusion")
        #expect(pictures.last?.title.hasPrefix(title) == true)
    }
}
