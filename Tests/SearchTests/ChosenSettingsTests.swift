import Model
import Networks
import Testing

@testable import Search

/// Settings that a search chooses besides optimizer, structure and size.
@Suite struct ChosenSettingsTests {
    private static let choices = Scenario.Choices(
        depths: [1, 2], learningRates: [1e-3, 0.01], weightDecays: [0.02], dropouts: [0.5, 0],
        labelSmoothings: [0, 0.1],
        augmentations: [.light, .none], batches: [16, 64])

    private static func scenario(
        _ structures: [String], layers: Scenario.Layers? = nil, choices: Scenario.Choices = choices,
        limits: Scenario.Limits = .init()
    ) -> Scenario {
        let inputs = ["photo": StructureAlphabetTests.image, "pulse": StructureAlphabetTests.series]
        var scenario = StructureAlphabetTests.scenario(inputs, structures: structures)
        if layers != nil {
            scenario = StructureAlphabetTests.scenario(["photo": StructureAlphabetTests.image])
            scenario.search.structures = nil
        }
        scenario.search.optimizers = ["adamw"]
        scenario.search.widths = [1]
        scenario.search.layers = layers
        scenario.search.choices = choices
        scenario.limits = limits
        return scenario
    }

    @Test func `a genome's settings are those of its branches and of its training`() throws {
        let space = try NetworkSpace(Self.scenario(["ResNet", "TCN"]))
        #expect(space.space.genes.map(\.name) == ["photo", "pulse", "training-settings"])
        #expect(space.space.genes[2].parts.map(\.name) == ["label-smoothing", "augmentation", "batch"])
        let genome = try Genome("1.1.1.2.1.1.1-1.1.1.1.2.1.2-2.1.1")
        let candidate = try space.candidate(genome)
        #expect(space.isAllowed(genome))
        #expect(candidate.optimizers.map(\.learningRate) == [1e-3, 0.01, 1e-3])
        #expect(candidate.optimizers.allSatisfy { $0.weightDecay == 0.02 })
        #expect(
            candidate.title == "photo: ResNet×1 adamw depth 2 learning-rate 0.001 weight-decay 0.02 dropout 0.5; "
                + "pulse: TCN×1 adamw depth 1 learning-rate 0.01 weight-decay 0.02 dropout 0; "
                + "training: label-smoothing 0.1 augmentation light batch 16")
        let training = candidate.training(Scenario.Training(epochs: 3, batch: 100))
        #expect(training.batch == 16 && training.epochs == 3)
        #expect(training.options.augmentation == .light && training.options.loss.labelSmoothing == 0.1)
        #expect(
            candidate.network.layers.contains(Layer("photo.last_dropout", .dropout(rate: 0.5), from: "photo.features1"))
        )
        #expect(!candidate.network.layers.contains { $0.name == "pulse.last_dropout" })
    }

    @Test func `a deeper network has more layers, and a depth that changes nothing is not tried`() throws {
        let space = try NetworkSpace(Self.scenario(["ResNet", "LeNet3", "TCN"], choices: .init(depths: [1, 2])))
        let shallow = try Genome("1.1.1.1-0.0.0.0"), deep = try Genome("1.1.1.2-0.0.0.0")
        #expect(try space.candidate(shallow).network.layers.count < space.candidate(deep).network.layers.count)
        #expect(space.isAllowed(shallow) && space.isAllowed(deep))
        #expect(try space.isAllowed(Genome("1.2.1.1-0.0.0.0")) && !space.isAllowed(Genome("1.2.1.2-0.0.0.0")))
    }

    @Test func `a network without any modality is none, however it would be trained`() throws {
        let space = try NetworkSpace(Self.scenario(["ResNet", "TCN"]))
        #expect(try !space.isAllowed(Genome("0.0.0.0.0.0.0-0.0.0.0.0.0.0-1.1.1")))
    }

    @Test func `first networks have the first value of each list`() throws {
        let space = try NetworkSpace(Self.scenario(["ResNet", "LeNet3", "TCN"]))
        let first = space.fusions(in: ["photo", "pulse"]) + space.portfolio
        #expect(first.count == 4)
        for genome in first {
            #expect(genome.genes[2] == [1, 1, 1])
            #expect(genome.genes.prefix(2).allSatisfy { SearchSpace.isAbsent($0) || $0.dropFirst(3) == [1, 1, 1, 1] })
        }
    }

    @Test func `limits hold for deep networks, whose cost is known without building them`() throws {
        let usual = try NetworkSpace(Self.scenario(["ResNet", "TCN"]))
        let deep = try Genome("1.1.1.2.1.1.1-1.1.1.2.2.1.2-1.1.1")
        let cost = try usual.candidate(deep).parameters
        let limited = try NetworkSpace(Self.scenario(["ResNet", "TCN"], limits: .init(parameters: cost - 1)))
        #expect(usual.isAllowed(deep) && !limited.isAllowed(deep))
        #expect(try NetworkSpace(Self.scenario(["ResNet", "TCN"], limits: .init(parameters: cost))).isAllowed(deep))
    }

    @Test func `networks composed layer by layer have settings, too`() throws {
        let choices = Scenario.Choices(learningRates: [1e-3, 0.01], dropouts: [0.3], batches: [8])
        let scenario = Self.scenario([], layers: .init(most: 2), choices: choices)
        let space = try LayerSpace(scenario, try #require(scenario.search.layers))
        let candidate = try space.candidate(Genome("1.2.1.1.1.1.1.2.1.1.1-1"))
        #expect(candidate.optimizers[0].learningRate == 0.01)
        #expect(candidate.training(Scenario.Training(epochs: 1)).batch == 8)
        #expect(candidate.title == "photo: 8×1×1-16×1×1 adamw learning-rate 0.01 dropout 0.3; training: batch 8")
        #expect(candidate.network.layers.contains { $0.name == "photo.last_dropout" })
    }

    @Test(arguments: SearchMethod.allCases)
    func `every search method finds settings that are better than others`(_ method: SearchMethod) throws {
        let space = try NetworkSpace(
            Self.scenario(
                ["ResNet", "LeNet3", "TCN", "GRU"],
                choices: .init(
                    depths: [1, 2], learningRates: [1e-4, 1e-3, 1e-2], dropouts: [0, 0.2, 0.5], batches: [16, 32, 64])))
        // The best have rate 2, dropout 3 and batch 2.
        func value(_ genome: Genome) -> Double {
            let branches = genome.genes.prefix(2).filter { !SearchSpace.isAbsent($0) }
            let hits = branches.map { ($0[4] == 2 ? 1.0 : 0) + ($0[5] == 3 ? 1 : 0) }
            return hits.reduce(0, +) / Double(branches.count) + (genome.genes[2][0] == 2 ? 1 : 0)
        }
        var searcher = method.searcher(population: 6, trials: 60, seed: 3, history: SearchHistory(in: space.space))
        var seen: [Genome] = []
        while seen.count < 60, case .proposal(let proposal) = try searcher.ask(where: space.isAllowed) {
            #expect(space.isAllowed(proposal.genome) && !seen.contains(proposal.genome))
            _ = try space.candidate(proposal.genome)
            seen.append(proposal.genome)
            try searcher.tell(proposal.number, .objective(value(proposal.genome)))
        }
        #expect(seen.count == 60)
        #expect(seen.map(value).max() ?? 0 >= 2)
    }
}
