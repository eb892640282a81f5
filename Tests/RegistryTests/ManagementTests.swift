import Foundation
import GRDB
import Messaging
import Model
import Networks
import RegistryClient
import Schema
import Synchronization
import Testing

@testable import RegistryServer

/// A day that tests move on by hand.
private final class TestClock: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_800_000_000))

    var now: Date { time.withLock { $0 } }
    func advance(days: Double) { time.withLock { $0 += days * 24 * 3600 } }
}

@Suite(.timeLimit(.minutes(10)))
struct ManagementTests {
    private let clock = TestClock()
    private let fixture: RegistryFixture

    init() throws { fixture = try RegistryFixture(now: { [clock] in clock.now }) }

    private func add(
        _ id: String, _ client: RegistryClient, network: BaseNetwork? = nil, dataset: String = "mnist",
        accuracy: Double? = 0.9, optimizer: String = "SGD", lineage: PretrainedModel.Lineage = .init(),
        series: String = "", metrics: [String: Double] = [:]
    ) async throws -> PretrainedModel {
        let network = try await client.register(try network ?? sampleNetwork())
        return try await client.register(
            PretrainedModel(
                id: id, network: try #require(network.id), platform: "Gyrus1.0", dataset: dataset,
                optimizer: optimizer, accuracy: accuracy,
                files: [ModelFile(.safetensors, try await client.upload(bytes: [1, 2, 3]))], metrics: metrics,
                lineage: lineage, series: series))
    }

    // MARK: - Versions and lineage

    @Test func `models of one series are numbered, and keep where they came from`() async throws {
        try await fixture.serve { client, _ in
            let first = try await add("m1", client)
            #expect(first.series == "LeNet3/mnist" && first.version == 1 && first.stage == .none)
            let lineage = PretrainedModel.Lineage(
                scenario: "s", trial: "s/1", recipe: BlobDigest(hashing: [9]), parent: "m1", license: "MIT",
                origin: "https://example.org/net")
            let second = try await add("m2", client, lineage: lineage)
            #expect(second.version == 2 && second.lineage == lineage)
            let other = try await add("m3", client, series: "doors")
            #expect(other.series == "doors" && other.version == 1)
            let children = try await client.models(.init(filter: ["parent": "m1"]))
            #expect(children.map(\.id) == ["m2"])
            let orphan = await #expect(throws: Failure.self) {
                try await add("m4", client, lineage: .init(parent: "nobody"))
            }
            #expect(orphan?.message.contains("'nobody'") == true)
        }
    }

    @Test func `a model without a measured accuracy has a dash in its code`() async throws {
        try await fixture.serve { client, _ in
            let model = try await add("m", client, accuracy: nil)
            #expect(model.accuracy == nil)
            #expect(model.code?.description.contains("; -; SGD;") == true)
            let unmeasured = try await client.models(.init(filter: ["accuracy": "-"]))
            #expect(unmeasured.map(\.id) == ["m"])
        }
    }

    // MARK: - Stages

    @Test func `the version that was live on a day is found`() async throws {
        try await fixture.serve { client, _ in
            _ = try await add("m1", client)
            _ = try await add("m2", client)
            clock.advance(days: 1)
            let live = try await client.move("m1", to: .live, by: "ada", note: "first")
            #expect(live.stage == .live && live.stageSince == clock.now)
            clock.advance(days: 10)
            _ = try await client.move("m2", to: .live, by: "bob")
            let replaced = try await client.model("m1")
            #expect(replaced.stage == .archived)
            clock.advance(days: 1)
            func liveVersions(_ days: Double) async throws -> [String] {
                let day = clock.now.addingTimeInterval(days * 24 * 3600)
                return try await client.stages(
                    .init(series: "LeNet3/mnist", stage: .live, from: day, to: day.addingTimeInterval(1))
                ).map(\.model)
            }
            let answers = [try await liveVersions(-12), try await liveVersions(-6), try await liveVersions(-0.5)]
            #expect(answers == [[], ["m1"], ["m2"]])
            let history = try await client.stages(.init(model: "m1"))
            #expect(history.map(\.stage) == [.archived, .live, .none])
            #expect(history.map(\.by) == ["bob", "ada", "registry"])
            #expect(history.first?.note == "replaced by m2")
        }
        #expect(try await fixture.eventKinds().filter { $0 == "model.staged" }.count == 3)
    }

    @Test func `setting the same stage again changes nothing, and an unknown one is named`() async throws {
        try await fixture.serve { client, requests in
            _ = try await add("m", client)
            _ = try await client.move("m", to: .staging, by: "ada")
            _ = try await client.move("m", to: .staging, by: "bob")
            let history = try await client.stages(.init(model: "m"))
            #expect(history.map(\.by) == ["ada", "registry"])
            let unknown = await #expect(throws: Failure.self) {
                try await requests.call(.modelStage, .init(model: "m", stage: "production", by: "ada"))
            }
            #expect(unknown?.message.contains("none, staging, live, archived") == true)
            let nobody = await #expect(throws: Failure.self) {
                try await client.move("m", to: .live, by: "")
            }
            #expect(nobody?.code == .invalidArgument)
        }
    }

    // MARK: - Structure

    @Test func `the structure of a fused network is found`() async throws {
        let branch = try TableSix.leNet3.network(input: "x", shape: [1, 28, 28], classes: 10)
        let fused = try NetworkDescription.fused(branches: [("image", branch), ("audio", branch)], classes: 10)
        try await fixture.serve { client, _ in
            let network = try await client.register(
                BaseNetwork(
                    name: "two", category: "fusion", areas: ["vision", "audition"], functions: ["classification"],
                    description: try fused.canonicalJSON))
            #expect(network.features["branches"] == "2" && network.features["residual"] == "no")
            #expect(network.features["depth"] == "4" && network.features["normalized"] == "yes")
            #expect(network.features["inputs"] == "image 1×28×28 audio 1×28×28")
            let roles = Dictionary(grouping: network.keyLayers, by: \.role).mapValues { $0.map(\.name) }
            #expect(roles[.entry] == ["image.convolution1", "audio.convolution1"])
            #expect(roles[.fusion] == ["head.concatenation"])
            #expect(roles[.output] == ["head.linear"])
            let head = network.keyLayers.first { $0.role == .output }
            #expect(head?.shape == [10] && head?.parameters == (2 * 288 + 1) * 10)
            let found = try await client.networks(.init(filter: ["branches": ">1", "depth": "<=4"]))
            #expect(found.map(\.id) == [network.id])
        }
    }

    @Test func `an imported graph is stored as an outline`() async throws {
        var outline = NetworkOutline(
            format: "onnx", name: "tiny", inputs: [.init(name: "x", shape: [-1, 3])],
            outputs: [.init(name: "y", shape: [-1, 2])],
            nodes: [.init(name: "gemm", operation: "Gemm", inputs: ["x"], parameters: 8)])
        try await fixture.serve { client, _ in
            let sent = BaseNetwork(
                name: "tiny", category: "MLP", areas: ["vision"], functions: ["detection"],
                description: try outline.canonicalJSON, format: "onnx")
            let network = try await client.register(sent)
            #expect(network.parameters == 8 && network.operations == 0 && network.features["kinds"] == "Gemm 1")
            let found = try await client.networks(.init(filter: ["format": "onnx"]))
            #expect(found.map(\.id) == [network.id])
            outline.nodes[0].inputs = ["z"]
            var broken = sent
            broken.description = try outline.canonicalJSON
            let failure = await #expect(throws: Failure.self) { try await client.register(broken) }
            #expect(failure?.message.contains("'z'") == true)
        }
    }

    // MARK: - Filters

    @Test func `models are found by every kind of field`() async throws {
        try await fixture.serve { client, _ in
            let wide = try sampleNetwork("ResNet18", classes: 20)
            _ = try await add("m1", client, accuracy: 0.5, lineage: .init(license: "MIT"), metrics: ["latency": 0.002])
            _ = try await add("m2", client, network: wide, dataset: "CIFAR10", accuracy: 0.96, optimizer: "Adam")
            clock.advance(days: 2)
            _ = try await client.move("m2", to: .live, by: "ada", note: "passed the field test")
            let parameters = try await client.models().map(\.code?.size)
            #expect(parameters.count == 2)
            let cases: [([String: String], [String])] = [
                (["name": "Res*"], ["m2"]), (["name": "any"], ["m1", "m2"]), (["name": "Res"], []),
                (["areas": "vision"], ["m1", "m2"]), (["areas": "vision,audition"], []),
                (["functions": "class*"], ["m1", "m2"]), (["category": "LeNet"], ["m1", "m2"]),
                (["dataset": "CIFAR??"], ["m2"]), (["optimizer": "Adam"], ["m2"]),
                (["platform": "Gyrus*"], ["m1", "m2"]),
                (["accuracy": ">=0.9"], ["m2"]), (["accuracy": "50%"], ["m1"]), (["accuracy": ">0.4,<90%"], ["m1"]),
                (["parameters": "<1M"], ["m1", "m2"]), (["parameters": ">1M"], []), (["depth": "4"], ["m1", "m2"]),
                (["license": "MIT"], ["m1"]), (["license": "-"], ["m2"]), (["stage": "live"], ["m2"]),
                (["series": "LeNet3/*"], ["m1"]), (["version": "1"], ["m1", "m2"]), (["format": "onnx"], []),
                (["format": "safetensors"], ["m1", "m2"]), (["created": "2027-01-15"], ["m1", "m2"]),
                (["created": "<2027-01-15"], []), (["created": ">=2027-01-15T08:00:00Z"], ["m1", "m2"]),
                (["text": "resnet adam"], ["m2"]), (["text": "100%"], []), (["id": "m[12]"], []),
                (["metrics.latency": "<0.003"], ["m1"]), (["metrics.latency": ">0.003"], []),
                (["stage-since": "2027-01-17"], ["m2"]), (["stage-since": "<2027-01-16"], ["m1"]),
                (["stage-note": "*field test"], ["m2"]), (["staged-by": "ada"], ["m2"]),
                (["key-layers": "linear"], ["m1", "m2"]), (["roles": "entry,fusion"], []),
                (["residual": "no"], ["m1", "m2"]), (["kinds": "*convolution 3*"], ["m1", "m2"]),
            ]
            for (filter, expected) in cases {
                let found = try await client.models(.init(filter: filter))
                #expect(found.map(\.id) == expected, "\(filter)")
            }
        }
    }

    @Test func `models are found by their artificial code in both forms`() async throws {
        try await fixture.serve { client, _ in
            let first = try await add("m1", client, accuracy: 0.5)
            _ = try await add("m2", client, network: try sampleNetwork("ResNet18", classes: 20), accuracy: nil)
            let text = try #require(first.code?.description)
            let numbers = first.codeNumbers.map(String.init)
            let cases: [(String, [String])] = [
                (text, ["m1"]), ("any; any; any; any; any; any; any; any; any", ["m1", "m2"]),
                ("*Net*; vision; any; LeNet; mnist; any; -; SGD; Gyrus*", ["m2"]),
                ("any; any; any; any; any; any; >40%; any; any", ["m1"]),
                (numbers.joined(separator: " "), ["m1"]), ("\(numbers[0]) *", ["m1"]),
                ("* \(numbers[1]) *", ["m1", "m2"]),
                ("99 *", []),
            ]
            for (code, expected) in cases {
                let found = try await client.models(.init(filter: ["code": code]))
                #expect(found.map(\.id) == expected, "\(code)")
            }
            let short = await #expect(throws: Failure.self) {
                try await client.models(.init(filter: ["code": "LeNet3; vision"]))
            }
            #expect(short?.message.contains("2 fields but needs 9") == true)
        }
    }

    @Test func `an invalid filter or order is named with the valid ones`() async throws {
        try await fixture.serve { client, _ in
            let cases: [(RegistryClient.Query, String)] = [
                (.init(filter: ["datset": "x"]), "Did you mean 'dataset'?"),
                (.init(filter: ["accuracy": "good"]), "accuracy=good"),
                (.init(filter: ["created": "yesterday"]), "2026-11-23"), (.init(order: "beauty"), "accuracy, bytes"),
                (.init(filter: ["metrics.x' OR 1=1 --": "1"]), "metrics.NAME"),
            ]
            for (query, word) in cases {
                let failure = await #expect(throws: Failure.self) { try await client.models(query) }
                #expect(failure?.code == .invalidArgument)
                #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
            }
        }
    }

    @Test func `a sorted list is paged without gaps`() async throws {
        try await fixture.serve { client, _ in
            for number in 0..<12 {
                _ = try await add("m\(number)", client, accuracy: number == 3 ? nil : Double(number / 2) / 10)
            }
            let best = try await client.models(.init(limit: 3, order: "-accuracy"))
            #expect(best.map(\.id) == ["m11", "m10", "m9"])
            var paged: [String] = []
            while true {
                let page = try await client.models(.init(limit: 5, after: paged.last ?? "", order: "-accuracy"))
                if page.isEmpty { break }
                paged += page.prefix(5).map(\.id)
            }
            #expect(paged.count == 12 && Set(paged).count == 12 && paged.last == "m3")
        }
    }

    // MARK: - Statistics

    @Test func `statistics count models, sizes and accuracies by term`() async throws {
        try await fixture.serve { client, _ in
            _ = try await add("m1", client, accuracy: 0.5)
            _ = try await add("m2", client, dataset: "CIFAR10", accuracy: 1)
            _ = try await add("m3", client, dataset: "CIFAR10", accuracy: nil)
            _ = try await client.move("m3", to: .live, by: "ada")
            let statistics = try await client.statistics()
            #expect(statistics.networks == 1 && statistics.models == 3 && statistics.blobs == 1)
            #expect(statistics.blobBytes == 3)
            let parameters = try await client.networks().map(\.parameters).reduce(0, +)
            #expect(parameters > 0 && statistics.parameters == 3 * parameters)
            #expect(statistics.accuracies == [0, 0, 0, 0, 0, 1, 0, 0, 0, 1])
            let areas = statistics.groups.filter { $0.field == "areas" }
            #expect(
                areas == [
                    .init(
                        field: "areas", term: "vision", networks: 1, models: 3, bytes: 9, measured: 2,
                        meanAccuracy: 0.75, bestAccuracy: 1)
                ])
            let sets = statistics.groups.filter { $0.field == "datasets" }.map { "\($0.term) \($0.models)" }
            #expect(sets == ["CIFAR10 2", "mnist 1"])
            let stages = statistics.groups.filter { $0.field == "stages" }.map { "\($0.term) \($0.models)" }
            #expect(stages == ["none 2", "live 1"])
        }
    }
}
