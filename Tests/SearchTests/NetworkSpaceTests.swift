import Model
import Networks
import Testing

@testable import Search

@Suite struct NetworkSpaceTests {
    static func scenario(
        limits: Scenario.Limits = .init(), search: Scenario.Search = .init(), audio: Bool = true
    ) throws -> Scenario {
        var search = search
        // The expected values below are for these four.
        if search.structures == nil { search.structures = TableSix.allCases.map(\.rawValue) }
        var modalities = ["image": DatasetRecipe.Modality(dataset: "mnist", energyRemoved: 0.75)]
        if audio { modalities["audio"] = .init(dataset: "fsdd", noise: "esc10", spectrogram: 112) }
        return Scenario(
            name: "s", data: .known(try DatasetRecipe(modalities: modalities)), limits: limits, search: search)
    }

    @Test func `a genome becomes a fused network with an optimizer for each branch`() throws {
        let space = try NetworkSpace(Self.scenario())
        let candidate = try space.candidate(Genome("1.2.1-2.1.2"))
        #expect(candidate.title == "audio: LeNet5×0.5 sgd; image: LeNet3×1 adam")
        #expect(candidate.network.inputs.map(\.name) == ["audio", "image"])
        #expect(candidate.network.inputs.map(\.shape) == [[1, 112, 112], [1, 28, 28]])
        #expect(candidate.optimizers.map(\.branch) == ["audio.", "image.", ""])
        #expect(candidate.optimizers.map(\.name) == ["sgd", "adam", "sgd"])
        #expect(try candidate.network.outputShape == [10])
        #expect(candidate.category == "fusion")
        let code = try candidate.code(accuracy: 0.9712)
        #expect(code.areas == ["audition", "vision"])
        #expect(code.name == "LeNet5×0.5+LeNet3×1")
        #expect(code.accuracy?.description == "97.12%")
        #expect(code.optimizer == "SGD+Adam")
        #expect(try ArtificialCode(code.description) == code)
    }

    @Test func `a modality that is left out has no branch`() throws {
        let candidate = try NetworkSpace(Self.scenario()).candidate(Genome("0.0.0-4.3.3"))
        #expect(candidate.title == "image: MediumNet×2 rmsprop")
        #expect(candidate.network.inputs.map(\.name) == ["image"])
        #expect(candidate.dataset == "mnist")
        #expect(try candidate.code(accuracy: nil).accuracy == nil)
    }

    @Test func `every network of the space is valid, and its cost is known without building it`() throws {
        let search = Scenario.Search(optimizers: ["adam"])
        let reference = try NetworkSpace(Self.scenario(search: search))
        let positions = try #require(reference.space.positions)
        let candidates = try (0..<positions).compactMap { reference.space.genome(at: $0) }.map(reference.candidate)
        #expect(candidates.count == 168)
        let median = candidates.map(\.parameters).sorted()[84]
        let limits = Scenario.Limits(parameters: median, operations: candidates.map(\.operations).sorted()[84])
        let limited = try NetworkSpace(Self.scenario(limits: limits, search: search))
        for candidate in candidates {
            let fits =
                candidate.parameters <= limits.parameters ?? 0 && candidate.operations <= limits.operations ?? 0
            #expect(limited.isAllowed(candidate.genome) == fits, "\(candidate.title)")
        }
    }

    @Test func `modalities are added one after the other, within the limits`() throws {
        let space = try NetworkSpace(Self.scenario())
        let fusions = space.fusions(in: ["image", "audio", "smell"], preferring: ["image": ["SparseNet", "LeNet5"]])
        #expect(
            try fusions.map { try space.candidate($0).title } == [
                "image: SparseNet×0.5 sgd", "audio: LeNet3×0.5 sgd; image: SparseNet×0.5 sgd",
            ])
        let limited = try NetworkSpace(Self.scenario(limits: .init(parameters: 12_000)))
        let small = limited.fusions(in: ["audio", "image"])
        #expect(small.allSatisfy(limited.isAllowed) && !small.isEmpty)
        #expect(space.fusions(in: []).isEmpty)
        let alone = try NetworkSpace(Self.scenario(audio: false))
        #expect(
            try alone.fusions(in: ["image"], preferring: ["image": ["LeNet5"]]).map { try alone.candidate($0).title }
                == ["image: LeNet5×0.5 sgd"])
    }

    @Test func `a single modality cannot be left out`() throws {
        let space = try NetworkSpace(Self.scenario(audio: false))
        #expect(space.space.count == 4 * 4 * 3)
    }

    @Test(arguments: [
        (Scenario.Limits(parameters: 10), "objective.limits.parameters: no network of the search space has at most 10"),
        (Scenario.Limits(operations: 10), "objective.limits.operations: no network of the search space has at most 10"),
    ])
    func `a limit below the smallest network is refused`(limits: Scenario.Limits, message: String) throws {
        let failure = #expect(throws: Failure.self) { try NetworkSpace(Self.scenario(limits: limits)) }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.hasPrefix(message) == true, "\(failure?.message ?? "")")
    }

    @Test(arguments: [
        (
            Scenario.Search(structures: ["LeNet4"]),
            "search.structures: unknown choice 'LeNet4'. Did you mean 'LeNet"
        ),
        (
            Scenario.Search(optimizers: ["adamm"]),
            "search.optimizers: unknown choice 'adamm'. Did you mean 'adam'?"
        ),
        (Scenario.Search(structures: ["LeNet3", "LeNet3"]), "search.structures: a name is listed twice."),
        (Scenario.Search(widths: [1, 1]), "search.widths: "),
    ])
    func `unknown and repeated choices are refused`(search: Scenario.Search, message: String) throws {
        let failure = #expect(throws: Failure.self) { try NetworkSpace(Self.scenario(search: search)) }
        #expect(failure?.message.hasPrefix(message) == true, "\(failure?.message ?? "")")
    }

    @Test func `a genome of another space is refused`() throws {
        #expect(throws: Failure.self) { try NetworkSpace(Self.scenario()).candidate(Genome("9.9.9-1.1.1")) }
    }

    @Test func `an error from the file points at the limit`() throws {
        let text = """
            scenario: digits
            modalities:
              image: {dataset: mnist}
            objective: {limits: {parameters: 12}}
            """
        let file = try ScenarioFile(text, file: "f.yaml")
        let failure = #expect(throws: Failure.self) { try file.locating { try NetworkSpace(file.scenario) } }
        #expect(failure?.message.hasPrefix("f.yaml:4:34: objective.limits.parameters: no network") == true)
    }
}
