import Foundation
import GRDB
import Messaging
import Model
import Networks
import RegistryClient
import Schema
import Storage
import TestSupport
import Testing
import Tracking

@testable import RegistryServer

@Suite(.timeLimit(.minutes(10)))
struct CatalogTests {
    private let fixture: RegistryFixture

    init() throws { fixture = try RegistryFixture() }

    private func model(
        _ id: String, _ network: BaseNetwork, _ client: RegistryClient, dataset: String = "av-mnist"
    ) async throws -> PretrainedModel {
        PretrainedModel(
            id: id, network: try #require(network.id), platform: "Gyrus1.0", dataset: dataset, optimizer: "SGD",
            accuracy: 0.9545,
            files: [
                ModelFile(.torchScript, try await client.upload(bytes: [1])),
                ModelFile(.safetensors, try await client.upload(bytes: [2])),
            ], metrics: ["latency-milliseconds": 1.5, "parameters": 10], lineage: .init(scenario: "s1", trial: "s1/3"))
    }

    @Test func `a network is counted, stored under its description's digest, and registered once`() async throws {
        try await fixture.serve { client, _ in
            let sample = try sampleNetwork()
            let known = try await client.register(sample)
            let description = try NetworkDescription(json: sample.description)
            #expect(known.id == (try description.id))
            #expect(known.parameters == UInt64(try description.parameterCount))
            #expect(known.operations == UInt64(try description.multiplyAccumulates))
            #expect(known.areas == ["vision"] && known.functions == ["classification"] && known.category == "LeNet")
            let again = try await client.register(sample)
            #expect(again == known)
            let found = try await client.network(try #require(known.id))
            #expect(found == known)
            let listed = try await client.networks(.init(filter: ["areas": "vision", "name": "LeNet3"]))
            #expect(listed.map(\.id) == [known.id])
            #expect(listed.map(\.description) == [""])
            let none = try await client.networks(.init(filter: ["areas": "audition"]))
            #expect(none.isEmpty)
        }
        #expect(try await fixture.eventKinds() == ["network.registered"])
    }

    @Test func `the zoo exists from the start, once`() async throws {
        try await fixture.store.seedZoo()
        let count = try ZooNetwork.all.count
        try await fixture.store.seedZoo()
        try await fixture.serve { client, _ in
            let networks = try await client.networks()
            #expect(networks.count == count)
            for area in ["vision", "audition", "language", "emotion"] {
                let found = try await client.networks(.init(filter: ["areas": area]))
                #expect(found.count >= 4, "\(area)")
            }
            let residual = try await client.networks(.init(filter: ["residual": "yes", "areas": "vision.object"]))
            #expect(Set(residual.map(\.name)) == ["ResNet8", "ResNet20"])
        }
        #expect(try await fixture.eventKinds() == [String](repeating: "network.registered", count: count))
    }

    @Test func `a network that is broken, misnamed or inexpressible is refused`() async throws {
        try await fixture.serve { client, _ in
            let sample = try sampleNetwork()
            var broken = sample
            broken.description = "{\"layers\": 3}"
            var misnamed = sample
            misnamed.id = BlobDigest(hashing: [1])
            var padded = sample
            padded.name = "LeNet; 3"
            var homeless = sample
            homeless.areas = []
            for (network, word) in [
                (broken, "description"), (misnamed, "digest"), (padded, "'name'"), (homeless, "'areas'"),
            ] {
                let failure = await #expect(throws: Failure.self) { try await client.register(network) }
                #expect(failure?.code == .invalidArgument)
                #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
            }
        }
    }

    @Test func `a model gets its artificial code in both forms`() async throws {
        try await fixture.serve { client, _ in
            let network = try await client.register(try sampleNetwork())
            let sent = try await model("m1", network, client)
            let known = try await client.register(sent)
            let size = ParameterSize(parameters: network.parameters)
            #expect(
                known.code?.description
                    == "LeNet3; vision; classification; LeNet; av-mnist; \(size); 95.45%; SGD; Gyrus1.0")
            let decoded = try await client.code(of: known.codeNumbers)
            #expect(decoded == known.code)
            #expect(known.metrics == sent.metrics && known.lineage == sent.lineage)
            #expect(known.files.map(\.format) == [.safetensors, .torchScript] && known.bytes == 2)
            #expect(known.created != nil)
            var changed = sent
            changed.accuracy = 0.1
            let again = try await client.register(changed)
            #expect(again == known)
            let found = try await client.model("m1")
            #expect(found == known)
        }
        #expect(try await fixture.eventKinds().filter { $0 == "model.registered" }.count == 1)
    }

    @Test func `a model needs its network and its files`() async throws {
        try await fixture.serve { client, _ in
            let network = try await client.register(try sampleNetwork())
            var homeless = try await model("m1", network, client)
            homeless.network = BlobDigest(hashing: [7])
            var fileless = try await model("m2", network, client)
            fileless.files = [ModelFile(.safetensors, BlobDigest(hashing: [8]))]
            var wrong = try await model("m3", network, client)
            wrong.accuracy = 1.5
            var nameless = try await model("", network, client)
            nameless.id = ""
            let cases: [(PretrainedModel, Failure.Code, String)] = [
                (homeless, .notFound, "base network"), (fileless, .notFound, "safetensors"),
                (wrong, .invalidArgument, "1.5"), (nameless, .invalidArgument, "ID of 1"),
            ]
            for (model, code, word) in cases {
                let failure = await #expect(throws: Failure.self) { try await client.register(model) }
                #expect(failure?.code == code)
                #expect(failure?.message.contains(word) == true, "\(failure?.message ?? "")")
            }
            let unknown = await #expect(throws: Failure.self) { try await client.model("nobody") }
            #expect(unknown?.code == .notFound)
            let models = try await client.models()
            #expect(models.isEmpty)
        }
    }

    @Test func `models are listed in pages and by their fields`() async throws {
        try await fixture.serve { client, requests in
            let network = try await client.register(try sampleNetwork())
            let sample = try await model("m", network, client)
            for number in 0..<25 {
                var model = sample
                model.id = "m\(number / 10)\(number % 10)"
                model.dataset = number % 2 == 0 ? "even" : "odd"
                _ = try await client.register(model)
            }
            let all = try await client.models()
            #expect(all.count == 25)
            let odd = try await client.models(.init(filter: ["dataset": "odd", "platform": "Gyrus1.0"]))
            #expect(odd.count == 12)
            let page = try await client.models(.init(limit: 10, after: "m04"))
            #expect(page.map(\.id) == (5..<15).map { $0 < 10 ? "m0\($0)" : "m\($0)" })
            let failure = await #expect(throws: Failure.self) {
                try await client.models(.init(filter: ["id = '' OR 1; --": "x"]))
            }
            #expect(failure?.code == .invalidArgument)
            #expect(failure?.message.contains("dataset, depth") == true)
        }
    }

    @Test func `a dataset is registered once its file exists`() async throws {
        try await fixture.serve { client, _ in
            let recipe = BlobDigest(hashing: [1])
            let early = RegisteredDataset(name: "av-mnist", recipe: recipe, blob: BlobDigest(hashing: [5]), classes: 10)
            let failure = await #expect(throws: Failure.self) { try await client.register(early) }
            #expect(failure?.code == .notFound)
            let missing = try await client.dataset(recipe: recipe)
            #expect(missing == nil)
            let blob = try await client.upload(bytes: sampleBytes(500))
            let sent = RegisteredDataset(
                name: "av-mnist", recipe: recipe, blob: blob, classes: 10, attributes: ["split": "recording"])
            let known = try await client.register(sent)
            #expect(known.bytes == 500)
            let found = try await client.dataset(recipe: recipe)
            #expect(found == known)
            let listed = try await client.datasets(.init(filter: ["name": "av-mnist"]))
            #expect(listed == [known])
        }
    }

    @Test func `a dataset whose file was lost gets its replacement`() async throws {
        try await fixture.serve { client, _ in
            let recipe = BlobDigest(hashing: [1])
            let old = try await client.upload(bytes: [1])
            let new = try await client.upload(bytes: [2])
            _ = try await client.register(RegisteredDataset(name: "d", recipe: recipe, blob: old, classes: 2))
            let kept = try await client.register(RegisteredDataset(name: "d", recipe: recipe, blob: new, classes: 2))
            #expect(kept.blob == old)
            try FileManager.default.removeItem(at: fixture.file(of: old))
            let replaced = try await client.register(
                RegisteredDataset(name: "d", recipe: recipe, blob: new, classes: 2))
            #expect(replaced.blob == new)
            let found = try await client.dataset(recipe: recipe)
            #expect(found?.blob == new)
        }
    }
}

@Suite(.timeLimit(.minutes(10)))
struct DictionaryTests {
    private let fixture: RegistryFixture

    init() throws { fixture = try RegistryFixture() }
    private static let table1 =
        "ResNet18; image, motion; detection, classification; ResNet; CIFAR10; 2M; 96%; SGD; PyTorch1.6"

    @Test func `the code of table 1 survives conversion to integers`() async throws {
        try await fixture.serve { client, _ in
            let code = try ArtificialCode(Self.table1)
            let numbers = try await client.numbers(of: code)
            let decoded = try await client.code(of: numbers)
            #expect(decoded == code)
            #expect(decoded.description == Self.table1)
            let again = try await client.numbers(of: decoded)
            #expect(again == numbers)
            let other = try ArtificialCode("VGG; motion, sound; detection; VGG; CIFAR10; 138M; -; Adam; PyTorch1.6")
            let otherNumbers = try await client.numbers(of: other)
            let otherDecoded = try await client.code(of: otherNumbers)
            #expect(otherDecoded == other)
        }
    }

    @Test func `the families of detectors have the numbers of the search space from the first start on`() async throws {
        try await fixture.serve { client, _ in
            let detectors = try await client.terms(of: .detectors)
            #expect(detectors.map(\.text) == DetectorKind.allCases.map(\.title))
            #expect(detectors.map(\.number) == DetectorKind.allCases.map { UInt32($0.rawValue) })
            #expect(detectors.prefix(4).map(\.text) == ["DETR", "SSD", "YOLOv3", "Faster R-CNN"])
        }
    }

    @Test func `terms are separate for each dictionary and keep their numbers`() async throws {
        try await fixture.serve { client, _ in
            _ = try await client.numbers(of: try ArtificialCode(Self.table1))
            let before = try await client.terms()
            _ = try await client.numbers(
                of: try ArtificialCode("A; motion, sound; image; ResNet; MNIST; 1K; 50%; SGD; PyTorch2.0"))
            let after = try await client.terms()
            #expect(Set(before).isSubset(of: Set(after)))
            let areas = try await client.terms(of: .areas)
            #expect(areas.map(\.text) == ["image", "motion", "sound"])
            #expect(areas.map(\.number) == [1, 2, 3])
            let functions = try await client.terms(of: .functions)
            #expect(functions.map(\.text) == ["detection", "classification", "image"])
        }
        let error = await #expect(throws: Failure.self) {
            try await fixture.database.write { db in try db.execute(sql: "DELETE FROM terms") }
        }
        #expect(error?.message.contains("for ever") == true)
    }

    @Test func `broken codes and unknown dictionaries are refused`() async throws {
        try await fixture.serve { client, requests in
            _ = try await client.numbers(of: try ArtificialCode(Self.table1))
            let text = await #expect(throws: Failure.self) {
                try await requests.call(.codeEncode, Wire.CodeMessage(text: "only; three; fields"))
            }
            #expect(text?.code == .invalidArgument)
            for numbers in [[], [1], [1, 4_000_000_000], [99, 1, 1, 1, 1, 1, 1, 2, 0, 2, 0, 1, 1]] as [[UInt32]] {
                let failure = await #expect(throws: Failure.self) { try await client.code(of: numbers) }
                #expect(failure?.code == .invalidArgument || failure?.code == .notFound)
            }
            let dictionary = await #expect(throws: Failure.self) {
                try await requests.call(.dictionaryList, Wire.DictionaryListRequest(dictionary: "colors"))
            }
            #expect(dictionary?.message.contains("categories") == true)
        }
    }
}
