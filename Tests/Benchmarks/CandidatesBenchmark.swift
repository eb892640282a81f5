import ArgumentParser
import Foundation
import Model
import Networks
import Search

/// The time that a search takes to propose a network, build it and check it, by structure family.
struct CandidatesBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "candidates",
        abstract: "Measure how long proposing and checking a candidate takes, by structure family.",
        discussion: "Build with -c release; a debug build is several times slower.")

    @Option(help: "Structure families of pictures, separated by commas.")
    var families = "DenseNet121,ResNet50,ResNet34,MobileNetV2,MobileNetV3-Small,ViT-Tiny,LeNet5"
    @Option(help: "Number of candidates of each family.")
    var candidates = 100

    func run() async throws {
        print("| family | layers | ms per candidate, median | slowest |", "| --- | --- | --- | --- |", separator: "\n")
        for family in families.split(separator: ",") { print(try line(String(family))) }
    }

    private func line(_ family: String) throws -> String {
        let scenario = try ScenarioFile(
            """
            scenario: benchmark
            stimuli: [see written digits]
            modalities:
              image: {dataset: mnist}
            search: {method: evolution, population: 4, structures: [\(family)]}
            """
        ).scenario
        let space = try scenario.networkSpace()
        var times: [Duration] = []
        var layers = 0
        var seed: UInt64 = 0
        while times.count < candidates {
            // A search proposes no genome twice; once it has proposed all, another one begins.
            seed += 1
            var searcher = Searcher(.evolution(.init(population: 4)), in: space.space, seed: seed)
            let before = times.count
            while times.count < candidates {
                let start = ContinuousClock.now
                guard case .proposal(let proposal) = try searcher.ask(where: space.isAllowed) else { break }
                let candidate = try space.candidate(proposal.genome)
                times.append(.now - start)
                layers = max(layers, candidate.network.layers.count)
                try searcher.tell(proposal.number, .objective(Double(proposal.number)))
            }
            guard times.count > before else { throw Failure(.internal, "No candidate of \(family) was proposed.") }
        }
        let sorted = times.map { $0 / .milliseconds(1) }.sorted()
        let figures = [sorted[sorted.count / 2], sorted[sorted.count - 1]].map { String(format: "%.2f", $0) }
        return "| \(family) | \(layers) | \(figures.joined(separator: " | ")) |"
    }
}
