import Model
import Testing

@Suite struct ScenarioMetricTests {
    private static func scenario(_ objective: String, _ training: String = "epochs: 4", _ rest: String = "") -> String {
        "scenario: s\nmodalities: {image: {dataset: mnist}}\nobjective: {\(objective)}\ntraining: {\(training)}\n\(rest)"
    }

    @Test func `each task has a default metric`() {
        let usual = Scenario.Task.allCases.map { Metric.usual(for: $0).name }
        #expect(usual == ["accuracy", "micro-f1", "r2", "idf1"])
        #expect(Metric.all.allSatisfy { Metric(named: $0.name) == $0 })
    }

    @Test(arguments: [
        ("maximize: macro-f1", "macro-f1"), ("maximise: macro-f1", "macro-f1"), ("minimize: log-loss", "log-loss"),
        ("minimise: [log-loss, latency]", "log-loss"), ("minimize: [latency]", "accuracy"),
    ])
    func `an objective names a metric to maximize or minimize`(_ objective: String, _ name: String) throws {
        let scenario = try ScenarioFile(Self.scenario(objective)).scenario
        #expect(scenario.objective.name == name)
        #expect(scenario.minimized == (objective.contains("latency") ? [.latency] : []))
    }

    @Test(arguments: [
        ("maximize: log-loss", "f.yaml:3:23: objective.maximize: log-loss is better when smaller; write minimize"),
        ("maximize: r2", "f.yaml:3:23: objective.maximize: classification is not measured by r2 but by accuracy"),
        ("minimize: [rmse]", "objective.minimize: classification is not measured by rmse"),
        ("maximize: mcc, minimize: log-loss", "give one metric; found both mcc and log-loss"),
        ("maximize: macro-f2", "Did you mean 'macro-f1'?"),
    ])
    func `an objective that does not fit the task is refused`(_ objective: String, _ reason: String) {
        let failure = #expect(throws: Failure.self) { try ScenarioFile(Self.scenario(objective), file: "f.yaml") }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    }

    @Test func `larger utilities are better whatever the direction`() {
        #expect(Metric.rmse.utility(of: 2) > Metric.rmse.utility(of: 3))
        #expect(Metric.r2.utility(of: -0.5) > Metric.r2.utility(of: -0.6))
    }

    @Test func `training settings apply to trials and finalists`() throws {
        let training = """
            epochs: 10, learning-rate: 0.01, weight-decay: 1e-3, schedule: constant, warm-up: 1, gradient-clipping: 2, \
            label-smoothing: 0.1, class-weights: balanced, early-stopping: 3, augmentation: light, flip: true
            """
        let scenario = try ScenarioFile(Self.scenario("maximize: accuracy", training)).scenario
        #expect(
            scenario.training.options
                == TrainingOptions(
                    learningRate: 0.01, weightDecay: 1e-3,
                    schedule: LearningSchedule(.constant, warmUp: 0.1, clipping: 2),
                    loss: TrainingLoss(labelSmoothing: 0.1, classWeights: .balanced), patience: 3, keepsBest: true,
                    augmentation: .light, flips: true))
        #expect(scenario.final.options == scenario.training.options)
        let usual = try ScenarioFile(Self.scenario("maximize: accuracy")).scenario
        #expect(usual.training.options == TrainingOptions(), "known data keep the last epoch, as published figures do")
        let cycle = try ScenarioFile(Self.scenario("maximize: accuracy", "schedule: one-cycle, warm-up: 5%")).scenario
        #expect(cycle.training.options.schedule == LearningSchedule(.cosine, warmUp: 0.05))
        let auto = try ScenarioFile(Self.scenario("maximize: accuracy", "epochs: auto")).scenario
        let samples = auto.training.samples ?? auto.data.counts.training
        let batches = (samples + auto.training.batch - 1) / auto.training.batch
        #expect(auto.training.epochs == min(max(10_000 / batches, 30), 500))
        #expect(auto.training.options.patience == max(10, auto.training.epochs / 4))
    }

    @Test(arguments: [
        ("epochs: 4, warm-up: 4", "", "training.warm-up: expected fewer than the training's 4 epochs"),
        ("label-smoothing: 1", "", "training.label-smoothing: 1.0 is not from 0.0 to 0.9"),
        ("huber: 1", "", "training.huber: The training's huber is for numbers"),
        ("early-stopping: 2, keep: last", "", "training.keep: if a training stops early"),
        ("flip: true", "", "training.flip: needs pictures, and augmentation"),
        (
            "epochs: 9, early-stopping: 2", "search: {halving: {first: 1}}",
            "training.early-stopping: search.halving already stops trials early"
        ),
        (
            "labels: 100, augmentation: light", "",
            "training.augmentation: learning with few labels has its own"
        ),
    ])
    func `impossible training settings are refused`(_ training: String, _ rest: String, _ reason: String) {
        let failure = #expect(throws: Failure.self) {
            try ScenarioFile(Self.scenario("maximize: accuracy", training, rest))
        }
        #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "")")
    }
}
