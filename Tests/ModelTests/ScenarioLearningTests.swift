import Model
import Testing

@Suite struct ScenarioLearningTests {
    private static func scenario(_ training: String, _ rest: String = "") -> String {
        "scenario: few\nmodalities: {image: {dataset: mnist}}\ntraining: {\(training)}\n\(rest)"
    }

    @Test func `by default a scenario learns from all labels`() throws {
        let scenario = try ScenarioFile(Self.scenario("epochs: 3")).scenario
        #expect(scenario.training.learning.isUsual && scenario.final.learning.isUsual)
    }

    @Test func `a kind of supervision applies to trials and to the best networks`() throws {
        let few = try ScenarioFile(Self.scenario("learning: semi-supervised, labels: 100")).scenario
        #expect(few.training.learning == Learning(.semiSupervised, labels: 100))
        #expect(few.final.learning == few.training.learning)
        let text = Self.scenario(
            "learning: contrastive, labels: 50, pretraining: 4, transfer: fine-tuning", "final: {pretraining: 20}")
        let pretrained = try ScenarioFile(text).scenario
        #expect(
            pretrained.training.learning
                == Learning(.contrastive, labels: 50, pretraining: 4, transfer: .fineTuning))
        #expect(pretrained.final.learning.pretraining == 20)
        let all = try ScenarioFile(Self.scenario("learning: autoencoder, labels: all")).scenario
        #expect(all.training.learning == Learning(.autoencoder))
        let plain = try ScenarioFile(Self.scenario("labels: 100")).scenario
        #expect(plain.training.learning == Learning(labels: 100))
    }

    @Test(arguments: [
        ("learning: contrastiv", "", "f.yaml:3:22: training.learning: 'contrastiv' is not one of the choices. Did"),
        (
            "learning: contrastive, labels: 9", "",
            "f.yaml:3:43: training.labels: 9 labels are too few: each of the 10 classes"
        ),
        ("labels: 99999", "", "f.yaml:3:20: training.labels: 99999 is not from 1 to 12000"),
        ("learning: semi-supervised", "", "training.labels: semi-supervised learning requires the number of labels"),
        ("labels: 100, transfer: probe", "", "f.yaml:3:35: training.transfer: supervised learning has no such step"),
        ("learning: semi-supervised, labels: 10, pretraining: 2", "", "training.pretraining: semi-supervised"),
        ("epochs: 1", "final: {pretraining: 2}", "f.yaml:4:22: final.pretraining: requires 'training.learning'"),
        ("epochs: 1", "final: {labels: 20}", "f.yaml:4:9: final.labels: there is no such field"),
    ])
    func `errors give their position`(training: String, rest: String, message: String) throws {
        let failure = #expect(throws: Failure.self) { try ScenarioFile(Self.scenario(training, rest), file: "f.yaml") }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
    }

    @Test func `fusions and trackers cannot learn from fewer labels`() throws {
        let fusion = """
            scenario: few
            modalities: {image: {dataset: mnist}, audio: {dataset: fsdd}}
            fusion: {networks: {image: LeNet3, audio: LeNet3}}
            training: {labels: 100}
            """
        let tracking = """
            scenario: few
            task: tracking
            modalities: {video: {dataset: mot16, detectors: [a]}}
            training: {learning: contrastive}
            """
        for (text, message) in [
            (fusion, "f.yaml:4:20: training.labels: with 'fusion' all samples need labels"),
            (tracking, "f.yaml:4:22: training.learning: 'task: tracking' trains nothing"),
        ] {
            let failure = #expect(throws: Failure.self) { try ScenarioFile(text, file: "f.yaml") }
            #expect(failure?.message.hasPrefix(message) == true, "\(failure?.message ?? "")")
        }
    }
}
