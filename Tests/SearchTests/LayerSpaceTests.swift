import Model
import Networks
import Testing

@testable import Search

@Suite struct LayerSpaceTests {
    private static func space(
        _ layers: Scenario.Layers = .init(), limits: Scenario.Limits = .init(), audio: Bool = true
    ) throws -> LayerSpace {
        try LayerSpace(NetworkSpaceTests.scenario(limits: limits, audio: audio), layers)
    }

    @Test func `a string becomes convolutions with given number, height, width and stride of kernels`() throws {
        // 8 kernels of 5×3 with stride 2, then 32 of 3×1 with stride 1.
        let candidate = try Self.space(audio: false).candidate(Genome("2.1.3.2.2.3.2.1.1"))
        #expect(candidate.title == "image: 8×5×3/2-32×3×1 adam")
        #expect(candidate.category == "ConvolutionStack" && candidate.network.name == "8×5×3/2-32×3×1")
        let convolutions = candidate.network.layers.compactMap { layer -> Convolution? in
            if case .convolution(let settings) = layer.operation { return settings }
            return nil
        }
        #expect(convolutions.map(\.channels) == [8, 32])
        #expect(convolutions.map(\.kernel) == [Extent(height: 5, width: 3), Extent(height: 3, width: 1)])
        #expect(convolutions.map(\.stride) == [2, 1])
        let shapes = try candidate.network.validate()
        #expect(shapes["image.convolution1"] == [8, 14, 14] && shapes["image.convolution2"] == [32, 14, 14])
        // The classifier reads at most 4×4 fields of each channel.
        #expect(shapes["image.features"] == [32 * 3 * 3])
        #expect(try candidate.network.outputShape == [10])
        #expect(try ArtificialCode(candidate.code(accuracy: 0.5).description).name == "8×5×3/2-32×3×1")
    }

    @Test func `strings of every length are generated for each modality, and one modality can be left out`() throws {
        let space = try Self.space(.init(most: 6))
        #expect(space.space.genes.map(\.name) == ["audio", "image"] && space.space.genes.allSatisfy(\.isOptional))
        var searcher = Searcher(.reinforcement(.init()), in: space.space, seed: 3)
        var lengths: Set<Int> = [], inputs: Set<[String]> = []
        for number in 0..<60 {
            guard case .proposal(let proposal) = try searcher.ask(where: space.isAllowed) else { break }
            let candidate = try space.candidate(proposal.genome)
            #expect(try candidate.network.outputShape == [10])
            inputs.insert(candidate.network.inputs.map(\.name))
            lengths.formUnion(proposal.genome.genes.filter { !SearchSpace.isAbsent($0) }.map { ($0.count - 1) / 4 })
            try searcher.tell(number, .objective(Double(candidate.operations % 97)))
        }
        #expect(lengths == [1, 2, 3, 4, 5, 6])
        #expect(inputs.contains(["audio", "image"]) && inputs.count > 1)
    }

    @Test func `a string of any length and stride makes a network`() throws {
        let layers = Scenario.Layers(most: 12, kernels: [1], heights: [15], widths: [1, 15], strides: [4])
        let space = try Self.space(layers, audio: false)
        for width in [1, 2] {
            let genome = Genome([[1] + [[Int]](repeating: [1, 1, width, 1], count: 12).flatMap(\.self)])
            #expect(try space.candidate(genome).network.outputShape == [10])
        }
    }

    @Test func `limits are kept, and impossible limits are refused`() throws {
        let limits = Scenario.Limits(parameters: 3_000, operations: 1_000_000)
        let space = try Self.space(limits: limits, audio: false)
        var generator = SeededGenerator(seed: 4, stream: 0)
        for _ in 0..<200 {
            let genome = space.space.random(using: &generator)
            let candidate = try space.candidate(genome)
            let fits = candidate.parameters <= 3_000 && candidate.operations <= 1_000_000
            #expect(space.isAllowed(genome) == fits, "\(candidate.title)")
        }
        let failure = #expect(throws: Failure.self) { try Self.space(limits: .init(parameters: 10)) }
        #expect(failure?.message.hasPrefix("objective.limits.parameters: no network of the search space") == true)
        #expect(throws: Failure.self) { try space.candidate(Genome("1.1.1.1")) }
    }
}
