extension ScenarioField {
    static let search: [ScenarioField] = {
        let usual = Scenario.Search()
        return [
            ScenarioField(
                "method", .choice(of: SearchMethod.self), usual: usual.method.rawValue,
                "How the search chooses what to try next; see *Search methods*."),
            ScenarioField(
                "population", .integer(2...10_000), usual: "\(usual.population), at most `trials`",
                "How many candidates are kept to choose parents from, and how many trials may run at once."),
            ScenarioField("trials", .integer(1...100_000), usual: "\(usual.trials)", "How many candidates are tried."),
            ScenarioField(
                "seed", .integer(0...Int.max), usual: "\(usual.seed)",
                "Seed of every choice. The same seed and knowledge give the same search for any number of workers."),
            ScenarioField(
                "optimizers", .texts, usual: "all",
                "Optimizers to choose from: `sgd`, `adam`, `adamw`, `rmsprop`."),
            ScenarioField(
                "structures", .texts, usual: "all that can read the modality and serve its areas",
                "Structure families to choose from; `-NAME` excludes one. See *Your own networks*. Not with `layers` "
                    + "or `fusion`."
            ),
            ScenarioField(
                "pretrained", .either(.choice(["none"]), .texts), usual: "all that fit a modality",
                "Pretrained models in the registry to choose from in addition to the structures. `none` excludes all. See "
                    + "*Pretrained models*. Not with `layers` or `fusion`."),
            ScenarioField(
                "fine-tuning", .choice(of: FineTuning.self), usual: usual.fineTuning.rawValue,
                "Whether pretrained models are fine-tuned on your data before the search chooses from them as well. "
                    + "`automatic`: the most promising one per modality, given at least \(FineTuning.fewestSamples) training "
                    + "samples, for at most a fifth of `budget`, or ten minutes. `always`: all, however long it takes. `never`: "
                    + "none. See *Pretrained models*."),
            ScenarioField(
                "widths", .numbers(0.05...16), usual: "[0.5, 1, 2]",
                "Multipliers for the structures' channels to choose from. Not with `layers` or `fusion`."),
            ScenarioField(
                "choose", .group(choices),
                "Settings that the search chooses for each network, each from a list. Its first networks have the first "
                    + "value of each list. Not with `fusion`."),
            ScenarioField(
                "layers", .group(layers), "Composes networks layer by layer instead of choosing whole structures."),
            ScenarioField(
                "halving", .group(halving),
                "Stops trials early by asynchronous successive halving. Not with `fusion` or `replicas`."),
            ScenarioField(
                "replicas", .integer(Scenario.Replication.replicaRange), usual: "1",
                "With `method: reinforce`: copies of the controllers; each samples and learns in its own process."),
            ScenarioField(
                "shards", .integer(Scenario.Replication.shardRange), usual: "1",
                "With `method: reinforce`: parameter servers that divide the controllers' parameters among them."),
            ScenarioField(
                "updates",
                .either(.choice(["plain", "delay-compensated"]), .group(staleness)), usual: "plain",
                "With `method: reinforce`: how gradients are applied. `plain`: as they arrive. `{staleness: N}`: a "
                    + "replica more than N steps ahead of the slowest waits. `delay-compensated`: corrected for the "
                    + "changes that others made in the meantime."),
            ScenarioField(
                "budget", .time(Scenario.Search.budgetRange), usual: "none",
                "Time for search and final training together, such as `10m`. After 60 % of it no more trials start, "
                    + "and the best networks are trained for as many epochs as the rest allows. Without a budget, the "
                    + "number of trials alone determines how long a search takes."),
            ScenarioField(
                "score-test", .choice(of: Switch.self), usual: "false",
                "Scores every trial on the test split, for research on search methods. Otherwise only finalists are "
                    + "scored, so that the test split cannot influence any choice."),
        ]
    }()

    private static let choices: [ScenarioField] = [
        ScenarioField(
            "depth", .numbers(0.05...8),
            "Multipliers for the number of a structure's blocks, if it has any. Without this list, a wider network is "
                + "also deeper. Not with `layers`."),
        ScenarioField(
            "learning-rate", .numbers(1e-8...100),
            "Initial learning rates; each modality has its own. They suit some optimizers better than others, so name "
                + "`optimizers` as well."),
        ScenarioField("weight-decay", .numbers(0...1), "Weight decays; each modality has its own."),
        ScenarioField(
            "dropout", .numbers(0...0.9),
            "Rates of a structure's dropout layers or, if it has none, of one before the last layer."),
        ScenarioField("label-smoothing", .numbers(0...0.9), "Shares of a label that are spread over all classes."),
        ScenarioField(
            "augmentation", .choices(of: TrainingOptions.Augmentation.self),
            "Random changes to pictures, sound and series during training."),
        ScenarioField("batch", .integers(1...4_096), "Samples in a mini-batch."),
    ]

    private static let staleness: [ScenarioField] = [
        ScenarioField(
            "staleness", .integer(Scenario.Replication.stalenessRange), isNeeded: true,
            "How many steps a replica may be ahead of the slowest replica.")
    ]

    private static let halving: [ScenarioField] = {
        let usual = Scenario.Halving()
        return [
            ScenarioField(
                "first", .integer(1...10_000), usual: "\(usual.first)",
                "Epochs after which trials are first compared; must be fewer than `training.epochs`."),
            ScenarioField(
                "factor", .integer(Scenario.Halving.factorRange), usual: "\(usual.factor)",
                "One in `factor` trials continues, with `factor` times as many epochs."),
        ]
    }()

    private static let layers: [ScenarioField] = {
        let usual = Scenario.Layers()
        return [
            ScenarioField(
                "most", .integer(Scenario.Layers.mostRange), usual: "\(usual.most)",
                "Maximum number of convolutions in a modality's branch; there is at least one."),
            ScenarioField(
                "kernels", .integers(Scenario.Layers.kernelRange), usual: "\(usual.kernels)",
                "Numbers of kernels to choose from."),
            ScenarioField(
                "heights", .integers(Scenario.Layers.sideRange), usual: "\(usual.heights)",
                "Kernel heights to choose from; odd numbers."),
            ScenarioField(
                "widths", .integers(Scenario.Layers.sideRange), usual: "\(usual.widths)",
                "Kernel widths to choose from; odd numbers."),
            ScenarioField(
                "strides", .integers(Scenario.Layers.strideRange), usual: "\(usual.strides)",
                "Strides to choose from."),
        ]
    }()
}
