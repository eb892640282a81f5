import DesignerClient
import Model
import Search
import Synchronization
import Testing

@testable import DesignerSearch
@testable import DesignerServer

/// Attention ranks the structures of a gene, pretrained and fresh ones together, and its first pick is tried first.
@Suite(.timeLimit(.minutes(10))) struct AttentionTests {
    private static func view(_ title: String, _ evidence: Double) -> PreparedView {
        PreparedView(
            modality: "photo", title: title, category: "EfficientNet", model: "model of \(title)", width: 20,
            parameters: 4_000, milliseconds: 7, scores: ["logme": evidence], reference: ["logme": -0.2])
    }

    /// A scenario over a user's pictures, with features of two pretrained networks.
    private static func text() throws -> String {
        var data = PreparedData(
            id: String(repeating: "0", count: 64), name: "own",
            inputs: ["photo": InputSignature(kind: .image, shape: [3, 32, 32])],
            target: Target(.classification, names: ["a", "b", "c"]),
            samples: .init(training: 80, validation: 10, test: 10))
        data.views = ["View1a2b3c4d_photo": view("strong", 0.3), "View9f9f9f9f_photo": view("weak", -0.3)]
        let text = """
            scenario: photos
            stimuli: [see objects]
            search: {population: 6, trials: 8, seed: 7}
            training: {epochs: 1}
            """
        return try ScenarioFile.text(text, with: data)
    }

    private static func trials(_ text: String, _ world: FakeWorld) async throws -> [Trial] {
        let designer = try await Designer(Designer.database(), world)
        return try await designer.living { service in
            try await service.publish(text, file: "f.yaml", as: "s1")
            while try await !service.scenario("s1", waiting: .seconds(30)).state.isFinal {}
            return try await service.trials(of: "s1", from: 0, limit: 0)
        }
    }

    @Test(arguments: ["weak", "ResNet"])
    func `its first pick is the first trial, before what the scores of features alone promise`(
        favorite: String
    ) async throws {
        let trials = try await Self.trials(Self.text(), FakeWorld(favorites: ["photo": favorite]))
        #expect(trials.first?.networkName.hasPrefix("photo: \(favorite)×") == true, "\(trials.map(\.networkName))")
        #expect(trials.first?.origin == "attention")
    }

    @Test func `without its answer the features that fit best come first`() async throws {
        let trials = try await Self.trials(Self.text(), FakeWorld())
        #expect(trials.first?.networkName.hasPrefix("photo: strong×") == true, "\(trials.map(\.networkName))")
    }

    @Test func `outcomes name the structure that read each modality, also in a fusion`() async throws {
        let world = FakeWorld(favorites: ["photo": "weak"])
        _ = try await Self.trials(Self.text(), world)
        let structures = world.state.withLock { $0.observations.values.map(\.structures) }
        #expect(structures.contains(["photo": "weak"]) && structures.allSatisfy { $0?.count == 1 })
        let fused = FakeWorld()
        _ = try await Self.trials(FusionRunTests.text(trials: 8), fused)
        let known = fused.state.withLock { $0.observations.values.compactMap(\.structures) }
        #expect(known.contains(["image": "LeNet3"]) && known.contains(["image": "LeNet3", "audio": "LeNet5"]))
    }

    @Test func `a search asks the registry once for the code of a model`() async throws {
        let code = try ArtificialCode(
            name: "EfficientNet", areas: ["vision"], functions: ["feature-extraction"], category: "EfficientNet",
            dataset: "ImageNet", size: ParameterSize(parameters: 4_000_000), accuracy: nil, optimizer: "unknown",
            platform: "unknown")
        let asked = Mutex<[String]>([])
        let codes = ModelCodes { model in
            asked.withLock { $0.append(model) }
            return model == "gone" ? nil : code
        }
        for search in try ["s1", "s1", "s2"].map({ try ScenarioID($0) }) {
            #expect(try await codes.code(of: "strong", in: search) == code)
            #expect(try await codes.code(of: "gone", in: search) == nil)
        }
        // A model that is missing may be imported again.
        #expect(asked.withLock { $0 } == ["strong", "gone", "gone", "strong", "gone"])
    }
}
