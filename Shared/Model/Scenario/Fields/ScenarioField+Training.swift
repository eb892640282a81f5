extension ScenarioField {
    /// How long a network is trained and by how many workers.
    static let budget: [ScenarioField] =
        fusionBudget + [
            ScenarioField(
                "validation", .count(DatasetRecipe.Limits.samples),
                usual: "\(count(Scenario.defaultTraining.validation)) for trials, all for finals",
                "Number of validation samples to use, or `all`.")
        ] + distribution

    /// The fields of a training on frozen features or before a fusion.
    static let fusionBudget: [ScenarioField] = {
        let (trial, final, fusion) = (
            Scenario.defaultTraining, Scenario.defaultFinal, Scenario.Fusion.defaultTraining
        )
        return [
            ScenarioField(
                "epochs", .either(.choice(["auto"]), .integer(1...10_000)),
                usual: "\(trial.epochs) for trials, \(final.epochs) for finals, \(fusion.epochs) with `fusion`",
                "Passes over the training samples; `auto` stops when the validation no longer improves."),
            ScenarioField("batch", .integer(1...4_096), usual: "\(trial.batch)", "Samples in a mini-batch."),
            ScenarioField(
                "samples", .count(DatasetRecipe.Limits.samples),
                usual: "\(count(trial.samples)) for trials, all for finals and with `fusion`",
                "Number of training samples to use, or `all`."),
        ]
    }()

    /// How several workers train one network.
    static let distribution: [ScenarioField] = [
        ScenarioField(
            "workers", .integer(1...Distribution.workersRange.upperBound), usual: "1",
            "Number of workers that train one network together; see *Scaling out*."),
        ScenarioField(
            "min-workers", .integer(1...Distribution.workersRange.upperBound), usual: "as many as `workers`",
            "The training starts with this many workers and continues with no fewer. Not for a pipeline."),
        ScenarioField(
            "least-workers", .integer(1...Distribution.workersRange.upperBound), "Former name of `min-workers`."),
        ScenarioField(
            "distribution", .choice(of: Distribution.Kind.self), usual: Distribution.Kind.dataParallel.rawValue,
            "`data-parallel`: each worker has the whole network and a share of each mini-batch. `pipeline`: each "
                + "worker has some of the layers."),
        ScenarioField(
            "synchronization", .choice(of: Distribution.Synchronization.self),
            usual: Distribution.Synchronization.allReduce.rawValue, "How data-parallel workers synchronize."),
        ScenarioField(
            "synchronisation", .choice(of: Distribution.Synchronization.self),
            "Alternative spelling of `synchronization`."),
        ScenarioField(
            "interval", .integer(Distribution.intervalRange), usual: "8",
            "Mini-batches between synchronizations or, with `dynamic-batch`, between measurements of speed."),
        ScenarioField(
            "micro-batches", .integer(Distribution.microBatchesRange), usual: "\(Distribution.usualMicroBatches)",
            "Pipeline: number of parts of a mini-batch that pass through the stages one after another."),
        ScenarioField(
            "updates",
            .choiceOrCount(
                ["synchronous", "delay-compensated"], word: "staleness", Distribution.Updates.stalenessRange),
            usual: "synchronous",
            "With `synchronization: parameter-server`: `synchronous`, `staleness N` or `delay-compensated`."),
        ScenarioField(
            "compression", .choice(of: Distribution.Compression.self), usual: Distribution.Compression.none.rawValue,
            "With `synchronization: parameter-server`: `half` sends 16-bit numbers, with error feedback."),
    ]

    /// What a network learns from.
    static let learning: [ScenarioField] = [
        ScenarioField(
            "learning", .choice(of: Learning.Mode.self), usual: Learning.Mode.supervised.rawValue,
            "How samples without labels are used; see *Learning from few labels*."),
        ScenarioField(
            "labels", .count(DatasetRecipe.Limits.samples), usual: "all",
            "Number of training samples whose labels are used, about equally many per class."),
        pretraining,
        ScenarioField(
            "transfer", .choice(of: Learning.Transfer.self), usual: Learning.Transfer.probe.rawValue,
            "With `autoencoder` or `contrastive`: labels train only the last layer (`probe`) or all layers "
                + "(`fine-tuning`)."),
    ]

    private static let pretraining = ScenarioField(
        "pretraining", .integer(1...10_000), usual: "as many as `epochs`",
        "With `autoencoder` or `contrastive`: epochs of training without labels that come first.")

    /// How a network is trained otherwise; applies to trials and finalists.
    static let options: [ScenarioField] = [
        ScenarioField("learning-rate", .number(1e-8...100), usual: "the optimizer's", "Initial learning rate."),
        ScenarioField("weight-decay", .number(0...1), usual: "the optimizer's", "Weight decay."),
        ScenarioField(
            "schedule", .choice(of: ScenarioFile.Schedule.self), usual: ScenarioFile.Schedule.cosine.rawValue,
            "How the learning rate changes; `one-cycle` is a cosine schedule that rises for the first 30 % of the "
                + "steps."
        ),
        ScenarioField("warm-up", .text, "Epochs, or a share such as `5%`, during which the learning rate rises."),
        ScenarioField("gradient-clipping", .number(1e-6...1e6), usual: "none", "Maximum norm of a gradient."),
        ScenarioField(
            "label-smoothing", .number(0...0.9), usual: "0", "Share of a label that is spread over all classes."),
        ScenarioField(
            "class-weights", .choice(of: TrainingLoss.ClassWeights.self),
            usual: TrainingLoss.ClassWeights.equal.rawValue, "How much each class counts in the loss."),
        ScenarioField("huber", .number(1e-3...1000), "Regression: error above which the loss grows linearly."),
        ScenarioField(
            "early-stopping", .integer(1...1_000),
            "Stops a training after this many epochs without a better validation. Not with `halving` or several "
                + "workers."
        ),
        ScenarioField(
            "keep", .choice(of: ScenarioFile.Keep.self), usual: "best for your own data, else last",
            "Which epoch's weights are the result."),
        ScenarioField(
            "augmentation", .choice(of: TrainingOptions.Augmentation.self),
            usual: TrainingOptions.Augmentation.none.rawValue,
            "Random changes to pictures, sound and series during training."),
        ScenarioField("flip", .choice(of: Switch.self), usual: "false", "With augmentation: pictures may be mirrored."),
        ScenarioField(
            "device", .choice(of: ScenarioFile.NeededDevice.self), usual: ScenarioFile.NeededDevice.any.rawValue,
            "Kind of device a worker needs to train. Tasks wait for a worker that has one."),
        ScenarioField("memory", .text, usual: "any", "Minimum memory of that device, such as `20GB`."),
    ]

    /// How the best candidates are trained at the end.
    static let final: [ScenarioField] =
        budget + [
            ScenarioField(
                "candidates", .integer(1...100), usual: "1",
                "How many of the best candidates are trained. The one that then validates best is the result."),
            ScenarioField(
                "folds", .integer(2...Fold.most),
                "Trains each candidate this many times. Each time a different part of the training and validation "
                    + "samples is held out for validation, and the result is the mean of all networks' answers. For "
                    + "small datasets; not with `workers`, `learning` or `fusion`."),
            ScenarioField(
                "ensemble", .choice(of: Switch.self), usual: "false, true with `folds`",
                "Also makes a network that averages the candidates' answers. It is the result if it "
                    + "validates within a standard error of the best network."),
            pretraining,
        ]

    static let fusion: [ScenarioField] = [
        ScenarioField(
            "networks", .named(.text), isNeeded: true,
            "For each modality, a structure, which is trained first, or a model in the registry."),
        ScenarioField(
            "layers", .integer(Scenario.Fusion.layersRange), usual: "\(Scenario.Fusion.layersRange.upperBound)",
            "Maximum number of fusion layers; each joins one stage of each network."),
        ScenarioField(
            "operators", .texts, usual: "all",
            "Operators for joining vectors to choose from: `concatenation`, `weighted-sum`, `bilinear`, `attention`."),
        ScenarioField(
            "representations", .texts, usual: "all",
            "`joint`, or `coordinated`, which keeps the vectors of one sample similar."),
        ScenarioField(
            "width", .integer(Scenario.Fusion.widthRange), usual: "64", "Length of a fusion layer's vector."),
        ScenarioField(
            "pretraining", .group(fusionBudget),
            "How networks of single modalities are trained that are not trained yet."),
        ScenarioField(
            "fine-tuning", .group(fusionBudget), usual: "none",
            "How the best fusion is trained as a whole afterward; 1 epoch if the group is empty."),
    ]

    private static func count(_ samples: Int?) -> String { samples.map(String.init) ?? "all" }
}
