import Model
import Scores
import Testing

/// Answers whose metrics are known.
struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let target: Target
    let outputs, truth: [Float]
    let metrics: [String: Double]

    init(
        _ name: String, _ kind: Target.Kind, width: Int, means: [Double]? = nil, deviations: [Double]? = nil,
        outputs: [Float], truth: [Float], metrics: [String: Double]
    ) {
        testDescription = name
        target = Target(kind, names: (0..<width).map { "\($0)" }, means: means, deviations: deviations)
        self.outputs = outputs
        self.truth = truth
        self.metrics = metrics
    }

    var answers: ScoredAnswers {
        target.kind == .classification
            ? ScoredAnswers(target, outputs: outputs, classes: truth.map(Int32.init))
            : ScoredAnswers(target, outputs: outputs, numbers: truth)
    }
}

@Suite struct ScoresTests {
    @Test(arguments: Reference.cases)
    func `metrics are those of scikit-learn`(_ example: Case) {
        let found = example.answers.metrics()
        #expect(Set(found.keys) == Set(example.metrics.keys))
        for (name, value) in example.metrics {
            #expect(abs((found[name] ?? .nan) - value) < 1e-6, "\(name)")
        }
        #expect(found.keys.allSatisfy { Metric(named: $0)?.tasks.contains(Scenario.Task(example.target.kind)) == true })
    }

    @Test func `the standard error of a share is that of the binomial distribution`() throws {
        // 400 samples, 300 of them correct.
        let target = Target(.classification, names: ["no", "yes"])
        let classes = (0..<400).map { Int32($0 % 2) }
        let outputs = (0..<400).flatMap { sample -> [Float] in
            let answer = sample % 4 == 3 ? 1 - sample % 2 : sample % 2
            return answer == 0 ? [1, 0] : [0, 1]
        }
        let answers = ScoredAnswers(target, outputs: outputs, classes: classes)
        #expect(answers.metrics()["accuracy"] == 0.75)
        let expected = (0.75 * 0.25 / 400).squareRoot()
        let found = try #require(answers.standardErrors(groups: nil)["accuracy"])
        #expect(abs(found - expected) < 0.15 * expected)
        #expect(answers.standardErrors(groups: nil) == answers.standardErrors(groups: nil), "the seed decides")
        #expect(answers.standardErrors(groups: nil, seed: 2)["accuracy"] != found)
        // 16 speakers with 25 equal samples each carry as much information as 16 samples.
        let equal = (0..<400).flatMap { $0 / 25 % 4 == 3 ? [0, 1] as [Float] : [1, 0] }
        let spoken = ScoredAnswers(target, outputs: equal, classes: [Int32](repeating: 0, count: 400))
        let grouped = try #require(spoken.standardErrors(groups: (0..<400).map { Int32($0 / 25) })["accuracy"])
        let wide = (0.75 * 0.25 / 16).squareRoot()
        #expect(abs(grouped - wide) < 0.2 * wide)
    }

    @Test func `the threshold of labels is the best one`() throws {
        var generator = SplitMix64(seed: 4)
        // Labels that are rare, so that no answer reaches one half.
        let truth = (0..<600).map { _ in generator.next() % 8 == 0 ? Float(1) : 0 }
        let outputs = truth.map { $0 * 1.5 - 3.4 + Float(generator.next() % 1000) / 500 }
        func score(_ threshold: Double) -> Double {
            let target = Target(.multiLabel, names: ["a", "b", "c"], threshold: threshold)
            return ScoredAnswers(target, outputs: outputs, numbers: truth).metrics()["micro-f1"] ?? .nan
        }
        let found = try #require(ScoredAnswers.bestThreshold(outputs: outputs, numbers: truth))
        let best = (1..<1000).map { score(Double($0) / 1000) }.max() ?? .nan
        #expect(score(0.5) < 0.2 && score(found) >= best && best > 0.5)
        #expect(ScoredAnswers.bestThreshold(outputs: [1, 2], numbers: [0, 0]) == nil)
        #expect(ScoredAnswers.bestThreshold(outputs: [1, 2], numbers: [1, 1]) == nil)
        let rare = Target(.multiLabel, names: ["a", "b", "c"], threshold: 0.2)
        #expect(rare.labels(of: [0.1, 0.3, 0.6]) == [1, 2])
    }

    @Test func `a column of equal numbers explains everything or nothing, however its mean is rounded`() throws {
        let target = Target(.regression, names: ["x", "same"])
        let truth: [Float] = [1, 0.1, 2, 0.1, 4, 0.1]
        let near = ScoredAnswers(target, outputs: [1.5, 0.2, 2, 0.1, 3, 0.1], numbers: truth)
        // scikit-learn 1.9.1: r2_score([1, 2, 4], [1.5, 2, 3]) is 0.732142857.
        #expect(abs(try #require(near.metrics()["r2"]) - 0.732142857 / 2) < 1e-6)
        let error = try #require(near.standardErrors(groups: nil)["r2"])
        #expect(error < 10)
        let exact = ScoredAnswers(target, outputs: truth, numbers: truth)
        #expect(exact.metrics()["r2"] == 1)
    }

    @Test func `undefined metrics are left out`() {
        let target = Target(.classification, names: ["a", "b", "c"])
        let one = ScoredAnswers(target, outputs: [2, 1, 0, 0, 1, 2], classes: [0, 0]).metrics()
        #expect(one["auroc"] == nil && one["top-5-accuracy"] == nil)
        #expect(one["accuracy"] == 0.5 && one["balanced-accuracy"] == 0.5)
        #expect(ScoredAnswers(target, outputs: [], classes: []).metrics().isEmpty)
        let flat = ScoredAnswers(Target(.regression, names: ["x"]), outputs: [1, 1, 1], numbers: [1, 2, 3]).metrics()
        #expect(flat["spearman"] == nil && flat["mae"] == 1)
    }
}
