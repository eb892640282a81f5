import Model
import Testing

@Suite struct ScenarioFileTests {
    static let example = """
        scenario: spoken-and-written-digits
        stimuli: [see written digits, hear spoken digits]     # or functions: [vision.shape, audition]
        task: classification
        modalities:
          image: {dataset: mnist, preprocess: {pca-energy-removed: 0.75}}
          audio: {dataset: fsdd, noise: esc10, preprocess: {spectrogram: 112}}
        objective: {maximize: accuracy, limits: {parameters: 2e6}}
        search: {method: evolution, population: 12, trials: 48, seed: 7}
        """

    @Test func `the example of the design is read and completed`() throws {
        let scenario = try ScenarioFile(Self.example).scenario
        #expect(scenario.name == "spoken-and-written-digits")
        #expect(scenario.stimuli == ["see written digits", "hear spoken digits"])
        #expect(scenario.task == .classification)
        #expect(scenario.data.recipe?.modalities["image"]?.energyRemoved == 0.75)
        #expect(scenario.data.recipe?.modalities["audio"]?.noise == "esc10")
        #expect(scenario.data.recipe?.modalities["audio"]?.spectrogram == 112)
        #expect(scenario.data.recipe?.split == .recording)
        #expect(scenario.objective == .accuracy)
        #expect(scenario.limits == Scenario.Limits(parameters: 2_000_000))
        #expect(scenario.search == Scenario.Search(method: .evolution, population: 12, trials: 48, seed: 7))
        #expect(scenario.training == Scenario.defaultTraining)
        #expect(scenario.final == Scenario.defaultFinal)
        #expect(scenario.finalists == 1)
    }

    @Test func `every field can be set`() throws {
        let text = """
            scenario: all
            functions: [vision.shape, audition]
            stimuli: [see]
            modalities: {image: {dataset: synthetic-digits}, audio: {dataset: synthetic-tones, noise: synthetic-noise,
              signal-to-noise: -5.5, preprocess: {spectrogram: 64}}}
            data: {split: speaker, mixes: 2, samples: {training: 100, validation: 50, test: 40}, seed: 3}
            objective: {limits: {operations: 1_000}}
            search: {method: random, population: 4, trials: 8, optimizers: [sgd], structures: [LeNet3], widths: [0.5, 1]}
            training: {epochs: 1, batch: 16, samples: all, validation: 20}
            final: {epochs: 3, samples: 90, candidates: 3}
            """.replacing("1_000", with: "1000")
        let scenario = try ScenarioFile(text).scenario
        #expect(scenario.functions == ["vision.shape", "audition"])
        #expect(scenario.data.recipe?.split == .speaker)
        #expect(scenario.data.recipe?.mixes == 2)
        #expect(scenario.data.counts == .init(training: 100, validation: 50, test: 40))
        #expect(scenario.data.recipe?.seed == 3)
        #expect(scenario.data.recipe?.modalities["audio"]?.signalToNoise == -5.5)
        #expect(scenario.limits == Scenario.Limits(operations: 1000))
        #expect(scenario.search.method == .random)
        #expect(scenario.search.widths == [0.5, 1])
        #expect(scenario.training == Scenario.Training(epochs: 1, batch: 16, validation: 20))
        #expect(scenario.final == Scenario.Training(epochs: 3, samples: 90))
        #expect(scenario.finalists == 3)
    }

    @Test func `costs can be limited and minimized, and trials stopped early`() throws {
        let text =
            Self.example.replacing(
                "limits: {parameters: 2e6}", with: "minimize: [parameters, latency], limits: {latency: 2.5 ms}"
            ).replacing("seed: 7", with: "seed: 7, halving: {first: 2}") + "\ntraining: {epochs: 20}"
        let scenario = try ScenarioFile(text).scenario
        #expect(scenario.minimized == [.parameters, .latency])
        #expect(scenario.limits == Scenario.Limits(latency: 2.5))
        let halving = try #require(scenario.search.halving)
        #expect(halving == Scenario.Halving(first: 2, factor: 3))
        #expect(halving.epochs(of: scenario.training) == [2, 6, 18, 20])
        for (written, milliseconds) in [("250us", 0.25), ("'1.5 s'", 1_500), ("7ms", 7)] {
            let other = try ScenarioFile(text.replacing("2.5 ms", with: written)).scenario
            #expect(other.limits.latency == milliseconds)
        }
    }

    @Test(arguments: [
        ("stimuli:", "stimulus:", "f.yaml:2:1: stimulus: there is no such field. Did you mean 'stimuli'?"),
        ("noise:", "noisse:", "f.yaml:6:26: modalities.audio.noisse: there is no such field. Did you mean 'noise'?"),
        ("dataset: mnist", "dataset: mnits", "f.yaml:5:20: modalities.image.dataset: there is no dataset 'mnits'."),
        ("noise: esc10", "noise: fsdd", "f.yaml:6:33: modalities.audio.noise: 'fsdd' holds audio"),
        ("0.75", "1.5", "f.yaml:5:60: modalities.image.preprocess.pca-energy-removed: 1.5 is not from 0.0 to 1.0"),
        ("0.75", "1", "f.yaml:5:60: modalities.image.pca-energy-removed: 1.0 is not from 0 to below 1"),
        (
            "spectrogram: 112", "spectrogram: 2",
            "f.yaml:6:66: modalities.audio.preprocess.spectrogram: 2 is not from"
        ),
        ("maximize: accuracy", "maximize: accurracy", "Did you mean 'accuracy'?"),
        (
            "evolution", "evolutoin",
            "f.yaml:8:18: search.method: 'evolutoin' is not one of the choices. Did you mean 'evolution'?"
        ),
        ("trials: 48", "trials: many", "f.yaml:8:53: search.trials: expected a whole number, found 'many'."),
        ("trials: 48", "trials: 4.5", "search.trials: expected a whole number"),
        ("trials: 48", "trials: 0", "search.trials: 0 is not from 1 to 100000."),
        ("trials: 48", "trials: 10", "f.yaml:8:41: search.population: 12 is more than the 10 trials"),
        ("seed: 7", "seed: '7'", "search.seed: expected a whole number"),
        (
            "parameters: 2e6", "parameters: [2]",
            "objective.limits.parameters: expected a whole number, found a list."
        ),
        (
            "parameters: 2e6", "latency: 5",
            "f.yaml:7:51: objective.limits.latency: expected a time with a unit, such as 5ms, 1.5s or 10m"
        ),
        ("parameters: 2e6", "latency: 0ms", "objective.limits.latency: 0ms is not from 0.001 to"),
        ("parameters: 2e6", "flops: 2e6", "Known fields here: parameters, operations, latency."),
        (
            "maximize: accuracy", "minimize: [latenzy]",
            "f.yaml:7:23: objective.minimize: 'latenzy' is not one of the choices. Did you mean 'latency'?"
        ),
        ("maximize: accuracy", "minimize: [latency, latency]", "objective.minimize: a name is listed twice."),
        (
            "seed: 7", "seed: 7, halving: {first: 2}",
            "f.yaml:8:83: search.halving.first: cannot stop trials after 2 epochs"
        ),
        ("seed: 7", "halving: {factor: 1}", "search.halving.factor: 1 is not from 2 to 16."),
        ("parameters: 2e6", "parameters: 1e99", "objective.limits.parameters: 1e99 is not from 1"),
        ("{parameters: 2e6}", "small", "f.yaml:7:41: objective.limits: expected fields, found 'small'."),
        ("[see written digits, hear spoken digits]", "see", "f.yaml:2:10: stimuli: expected a list of texts"),
        ("[see written digits, hear spoken digits]", "[~]", "one element is nothing (~)."),
        ("[see written digits, hear spoken digits]", "[see, NULL]", "one element is nothing (NULL)"),
        ("scenario: spoken-and-written-digits", "scenario: null", "scenario: expected text, found nothing (null)"),
        ("{dataset: mnist, ", "{", "f.yaml:5:10: modalities.image: the field 'dataset' is missing"),
        (
            "scenario: spoken-and-written-digits", "task: classification",
            "f.yaml:1:1: task: this field is given twice."
        ),
        ("scenario: spoken-and-written-digits\n", "", "f.yaml:1:1: scenario: missing"),
        ("task: classification", "task: [", "f.yaml:"),
        ("task: classification", "task: &a classification", "f.yaml:3:7: scenario: anchors and aliases"),
        ("task: classification", "task: \(String(repeating: "[", count: 5000))", "nested too deeply"),
        ("task: classification", "task:\n  \(String(repeating: "- ", count: 5000))", "nested too deeply"),
        ("task: classification", "task: [a,\r&b c]", "f.yaml:4:1: scenario: anchors and aliases"),
        ("task: classification", "task: [a,\u{85}&b c]", "f.yaml:4:1: scenario: anchors and aliases"),
        ("task: classification", "task: [a,\u{2028}*b ]", "f.yaml:4:1: scenario: anchors and aliases"),
        ("scenario: spoken-and-written-digits", "scenario: \(String(repeating: "字", count: 101))", "this one has 101"),
        ("scenario: spoken-and-written-digits", "scenario: \"a\\e[31mb\"", "without control characters"),
        ("task: classification", "task: \(String(repeating: "x", count: 50_000))", "a scenario has at most 32768"),
        (
            "task: classification", "training: {workers: 2, synchronization: alreduce}",
            "f.yaml:3:41: training.synchronization: 'alreduce' is not one of the choices. Did you mean 'all-reduce'?"
        ),
        (
            "task: classification", "training: {workers: 8, batch: 4}",
            "f.yaml:3:21: training.workers: 8 workers cannot share a batch of 4 samples"
        ),
        (
            "task: classification", "training: {workers: 2, least-workers: 3}",
            "f.yaml:3:39: training.least-workers: 3 is not from 1 to 2."
        ),
        (
            "task: classification", "training: {workers: 2, least-workers: 1, distribution: pipeline}",
            "training.least-workers: a pipeline needs all its workers"
        ),
        (
            "task: classification", "final: {synchronization: pso}",
            "f.yaml:3:26: final.synchronization: requires several"
        ),
        (
            "task: classification", "training: {workers: 2, distribution: pipeline, synchronization: pso}",
            "f.yaml:3:65: training.synchronization: the workers of a pipeline have no replicas"
        ),
        (
            "task: classification", "training: {workers: 2, micro-batches: 8}",
            "f.yaml:3:39: training.micro-batches: only a pipeline uses them"
        ),
        (
            "task: classification", "training: {workers: 2, distribution: pipeline, batch: 4, micro-batches: 8}",
            "f.yaml:3:73: training.micro-batches: a batch of 4 samples cannot be split into 8 parts"
        ),
        (
            "task: classification", "training: {workers: 2, learning: semi-supervised, labels: 100}",
            "training.workers: only a network that learns from all labels can be trained by several"
        ),
        (
            "task: classification", "training: {workers: 2, synchronization: parameter-server, updates: staleness -1}",
            "training.updates: 'staleness -1' is not one of synchronous, staleness N (0 to 1000), delay-compensated."
        ),
        (
            "task: classification", "training: {workers: 2, updates: synchronous}",
            "training.updates: requires synchronization: parameter-server."
        ),
        ("task: classification", "training: {workers: 65}", "training.workers: 65 is not from 1 to 64."),
        ("task: classification", "training: {samples: 20000}", "training.samples: 20000 is not from 1 to 12000."),
        ("  audio: {dataset: fsdd", "  Audio: {dataset: fsdd", "f.yaml:6:10: modalities.Audio: a modality's name"),
        ("task: classification", "? [a, b]\n: c", "a field name must be a single word"),
    ])
    func `errors give file, line, column, field and a suggestion`(
        old: String, new: String, message: String
    ) throws {
        let text = Self.example.replacing(old, with: new)
        #expect(text != Self.example)
        let failure = #expect(throws: Failure.self) { try ScenarioFile(text, file: "f.yaml") }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
    }

    @Test(arguments: ["", "# nothing", "just words", "- a\n- b", "\u{0}", "a: b: c", "\t- x", "scenario: x", "{}"])
    func `text that is not a scenario is refused`(text: String) {
        let failure = #expect(throws: Failure.self) { try ScenarioFile(text, file: "f.yaml") }
        #expect(failure?.code == .invalidArgument)
        #expect(failure?.message.hasPrefix("f.yaml:") == true, "\(failure?.message ?? "")")
    }

    @Test func `a training may be shared by several workers`() throws {
        let distribution =
            "training: {workers: 3, distribution: data-parallel, synchronization: local-sgd, interval: 5}"
        let scenario = try ScenarioFile(Self.example.replacing("task: classification", with: distribution)).scenario
        #expect(
            scenario.training.distribution == Distribution(workers: 3, synchronization: .localSGD, interval: 5))
        #expect(scenario.final.distribution == nil)
        let elastic = "training: {workers: 4, min-workers: 2}"
        let some = try ScenarioFile(Self.example.replacing("task: classification", with: elastic)).scenario
        #expect(some.training.distribution == Distribution(workers: 4, minWorkers: 2))
        let pipeline = "training: {workers: 2, distribution: pipeline, micro-batches: 8}"
        let split = try ScenarioFile(Self.example.replacing("task: classification", with: pipeline)).scenario
        #expect(split.training.distribution == Distribution(workers: 2, kind: .pipeline, microBatches: 8))
        for updates in [Distribution.Updates.synchronous, .staleness(4), .delayCompensated] {
            let text = "final: {workers: 2, synchronization: parameter-server, updates: \(updates.text)}"
            let scenario = try ScenarioFile(Self.example.replacing("task: classification", with: text)).scenario
            #expect(scenario.final.distribution?.updates == updates)
        }
        let half = "final: {workers: 2, synchronization: parameter-server, compression: half}"
        let small = try ScenarioFile(Self.example.replacing("task: classification", with: half)).scenario
        #expect(small.final.distribution?.compression == .half)
        let failure = #expect(throws: Failure.self) {
            try ScenarioFile(
                Self.example.replacing("task: classification", with: "final: {workers: 2, compression: half}"))
        }
        #expect(failure?.message.contains("compression: requires synchronization: parameter-server") == true)
        let alone = try ScenarioFile(Self.example.replacing("task: classification", with: "training: {workers: 1}"))
        #expect(alone.scenario.training.distribution == nil)
    }

    @Test func `a later check gets the position of its field`() throws {
        let file = try ScenarioFile(Self.example, file: "f.yaml")
        let failure = #expect(throws: Failure.self) {
            try file.locating { throw Failure(.invalidArgument, "objective.limits.parameters: too small.") }
        }
        #expect(failure?.message == "f.yaml:7:54: objective.limits.parameters: too small.")
        let other = #expect(throws: Failure.self) {
            try file.locating { throw Failure(.invalidArgument, "search.structures: unknown.") }
        }
        #expect(other?.message == "f.yaml:8:9: search.structures: unknown.")
    }

    @Test func `no corrupted text crashes the reader, and each is read or refused with its field`() throws {
        var state: UInt64 = 7
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let letters = Array("{}[]:,-?&*!|>'\"%@`#\n\t 0aé~.\u{1}\u{feff}e+")
        for _ in 0..<1_500 {
            var text = Array(Self.example)
            for _ in 0...below(4) {
                let place = below(text.count)
                switch below(3) {
                case 0: text[place] = letters[below(letters.count)]
                case 1: text.insert(letters[below(letters.count)], at: place)
                default: text.removeSubrange(place..<min(text.count, place + 1 + below(20)))
                }
            }
            do {
                _ = try ScenarioFile(String(text), file: "f.yaml")
            } catch let failure as Failure {
                #expect(failure.code == .invalidArgument)
                #expect(failure.message.hasPrefix("f.yaml:"), "\(failure.message) for \(String(text))")
            }
        }
    }
}
