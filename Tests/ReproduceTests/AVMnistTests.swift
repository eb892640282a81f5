import Model
import Networks
import Search
import Testing

@testable import gyrus

@Suite struct AVMnistTests {
    typealias Case = AVMnistExperiment.Case

    @Test func `a run with other seeds shares no case with the default one`() {
        let usual = AVMnistExperiment(.full).stages.flatMap(\.self)
        let fresh = AVMnistExperiment(.full, seeds: 2, from: 4).stages.flatMap(\.self)
        #expect(Set(fresh.map(\.seed)) == [4, 5])
        #expect(Set(usual).isDisjoint(with: fresh))
    }

    @Test(arguments: [(AVMnistExperiment.Scale.quick, 1), (.full, 3)])
    func `every scenario of a pair can be published, and uses the pair's data`(
        scale: AVMnistExperiment.Scale, seeds: Int
    ) throws {
        let experiment = AVMnistExperiment(scale)
        let cases = experiment.stages.flatMap(\.self)
        #expect(cases.count == 2 * 16 * seeds && Set(cases).count == cases.count)
        for pair in cases {
            let text = experiment.text(of: pair, image: pair.image.rawValue, audio: pair.audio.rawValue)
            let scenario = try ScenarioFile(text, file: "pair.yaml").scenario
            let fusion = try #require(scenario.fusion)
            let space = try FusionSpace(scenario, fusion)
            #expect(scenario.data.recipe?.seed == UInt64(pair.seed) && scenario.data.recipe?.split == pair.split)
            #expect(Set(scenario.data.modalities) == ["image", "audio"])
            // Single networks come first, and then, for pairs, all simple fusions.
            #expect(scenario.search.population >= space.alone.count + (pair.isSame ? 0 : space.late.count))
            #expect(pair.isSame == (scenario.search.trials == space.alone.count))
        }
    }

    @Test func `each network is trained once for each modality, before it is fused`() {
        var trained: Set<Case> = []
        for stage in AVMnistExperiment(.full).stages {
            for pair in stage where !pair.isSame {
                #expect(trained.isSuperset(of: [pair.imageOrigin, pair.audioOrigin]))
            }
            // What a case uses from others must exist before its stage begins.
            for pair in stage where pair.isSame && pair.imageOrigin != pair {
                #expect(trained.contains(pair.imageOrigin))
            }
            trained.formUnion(stage.filter(\.isSame))
        }
        #expect(trained.count == 2 * 3 * TableSix.allCases.count)
    }

    @Test func `a mean of several numbers has a standard error`() {
        #expect(AVMnistReport.Statistic([0.98, 0.99, 0.985]).text == "98.50 ± 0.29")
        #expect(AVMnistReport.Statistic([0.98]).text == "98.00")
    }

    @Test func `the report counts fusions at least as good as their better half, and names the best pair`() {
        let experiment = AVMnistExperiment(.quick)
        var outcomes: [Case: AVMnistRunner.Outcome] = [:]
        for (number, pair) in experiment.stages.flatMap(\.self).enumerated() {
            let isLost = pair.image == .leNet3 && pair.audio == .leNet5
            let isBest = pair.image == .sparseNet && pair.audio == .mediumNet
            let fused = pair.isSame ? 0.9 : isLost ? 0.85 : isBest ? 0.99 : 0.92
            let accuracy = AVMnistRunner.Outcome.Accuracy(image: 0.5, audio: 0.9, fused: fused)
            outcomes[pair] = .init(
                validation: .init(image: 0.5, audio: 0.8, fused: max(fused, 0.8)), test: accuracy,
                network: "audio+image product of answers: audio scores + image scores multiplied",
                imageModel: "\(number)/1", audioModel: "\(number)/0")
        }
        let text = AVMnistReport(experiment: experiment, outcomes: outcomes, minutes: 4.5).text
        #expect(text.contains("11 of 12 pairs match or beat their better half"))
        #expect(text.contains("12 match or beat their better half on the validation split"))
        #expect(text.contains("and 11 on the test split; 0 kept a single network, 12 multiply"))
        #expect(text.contains("Best pair: SparseNet + MediumNet, 99.00 %"))
        #expect(text.contains("Largest margin: SparseNet + MediumNet, 99.00 % over 90.00 %, 9.0 points."))
        // The published numbers are shown next to it.
        #expect(text.contains("92.00 (73.83)") && text.contains("50.00 (52.52 ± 0.24)"))
    }
}
