import Model
import Testing

@Suite struct ScenarioChoicesTests {
    private static func scenario(_ choices: String, search: String = "", more: String = "") throws -> Scenario {
        try ScenarioFile(
            """
            scenario: choices
            modalities: {image: {dataset: mnist}, audio: {dataset: fsdd, noise: esc10}}
            search: {choose: {\(choices)}\(search)}
            \(more)
            """, file: "f.yaml"
        ).scenario
    }

    @Test func `lists of settings are read, and others stay as they are`() throws {
        let choices = try Self.scenario(
            "depth: [1, 2], learning-rate: [1e-3, 0.01], augmentation: [none, strong], batch: [32, 64]"
        ).search.choices
        #expect(
            choices
                == .init(
                    depths: [1, 2], learningRates: [1e-3, 0.01], augmentations: [.none, .strong], batches: [32, 64]))
        #expect(try Self.scenario("dropout: [0, 0.5], weight-decay: [0]").search.choices.dropouts == [0, 0.5])
    }

    @Test(arguments: [
        ("learning-rate: [1, 1]", "", "", "search.choose.learning-rate: expected at most 100 different numbers"),
        ("dropout: [1]", "", "", "search.choose.dropout: 1.0 is not from 0.0 to 0.9"),
        ("batch: [32.5]", "", "", "search.choose.batch: 32.5 is not a whole number"),
        ("augmentation: [heavy]", "", "", "search.choose.augmentation: 'heavy' is not one of the choices"),
        ("rate: [1]", "", "", "search.choose.rate: there is no such field"),
        ("batch: [32]", "", "training: {batch: 64}", "search.choose.batch: 'training.batch' sets it"),
        ("depth: [1]", ", layers: {most: 2}", "", "search.choose.depth: with 'layers'"),
        (
            "batch: [2, 8]", "", "training: {workers: 4}",
            "search.choose.batch: the workers cannot split a batch of 2 samples into 4 parts"
        ),
        (
            "augmentation: [none, light]", "", "training: {learning: semi-supervised, labels: 100}",
            "search.choose.augmentation: learning with few labels has its own"
        ),
        (
            "batch: [32]", "", "fusion: {networks: {image: LeNet3, audio: LeNet5}}",
            "search.choose: only networks that are trained as a whole"
        ),
    ])
    func `choices that do not suit the scenario are refused with their place`(
        choices: String, search: String, more: String, message: String
    ) {
        let failure = #expect(throws: Failure.self) { try Self.scenario(choices, search: search, more: more) }
        let text = failure?.message ?? ""
        #expect(text.hasPrefix("f.yaml:3:") && text.contains(message), "\(text)")
    }
}
