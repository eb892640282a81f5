extension ScenarioField {
    /// The fields at the top level of a scenario file.
    public static let top: [ScenarioField] = [
        ScenarioField("scenario", .text, isNeeded: true, "A display name of at most 100 characters on one line."),
        ScenarioField(
            "stimuli", .texts,
            "What is perceived, in plain words, such as `[see written digits, hear spoken digits]`. The words select "
                + "functions of the brain; `gyrus functions --words` lists the known words."),
        ScenarioField(
            "functions", .texts, "More functions of the brain that the scenario engages, such as `[vision.shape]`."),
        ScenarioField(
            "task", .choice(of: Scenario.Task.self), usual: "inferred from the target, else classification",
            "`classification` assigns each sample to a class, `multi-label` gives it any number of labels, "
                + "`regression` predicts numbers. `tracking` follows people through a video: it searches for a "
                + "detector and a tracker and trains nothing."),
        ScenarioField(
            "data", data,
            "Where the data is and how it is split: your own data with `source`, or how samples are drawn from a "
                + "dataset that Gyrus knows."),
        ScenarioField(
            "target", .group(target), usual: "inferred from the data", "With `data.source`: what to predict."),
        ScenarioField(
            "modalities", .named(modality), usual: "inferred from the data with `data.source`, else required",
            "The inputs of the network by name; each has its own branch. A name has at most 32 characters: a lowercase "
                + "letter followed by letters, digits and `_`."),
        ScenarioField("objective", .group(objective), "Which networks are better, and which are not acceptable."),
        ScenarioField("search", .group(search), "How candidates are chosen."),
        ScenarioField(
            "fusion", .group(fusion),
            "Searches for the best way to join trained networks of single modalities. See *Fusion*."),
        ScenarioField(
            "training", .group(budget + learning + options),
            "How each trial is trained; with `fusion`, how each fusion is trained."),
        ScenarioField("final", .group(final), "How the best candidates are trained at the end. Not with `fusion`."),
        ScenarioField(
            "prepared", .anything,
            "What preparing your own data found: classes, shapes, statistics. Written by `gyrus publish`; do not set "
                + "it."
        ),
    ]

    static let objective: [ScenarioField] = [
        ScenarioField(
            "maximize", larger, usual: "the usual metric of the task, such as accuracy",
            "The metric that ranks networks on the validation split; larger is better."),
        ScenarioField(
            "minimize", smaller,
            "A metric that ranks networks, where smaller is better; or costs to reduce in addition to the metric. With "
                + "costs, networks are ranked by Pareto fronts, and the finalists come from the first front."),
        ScenarioField("maximise", larger, "Alternative spelling of `maximize`."),
        ScenarioField("minimise", smaller, "Alternative spelling of `minimize`."),
        ScenarioField("limits", .group(limits), "What a network must not exceed."),
    ]

    private static let larger = Form.choice(Metric.all.filter { $0.direction == .maximize }.map(\.name))

    private static let smaller: Form = {
        let words = Metric.all.filter { $0.direction == .minimize }.map(\.name) + Scenario.Cost.allCases.map(\.rawValue)
        return .either(.choice(words), .choices(words))
    }()

    static let limits: [ScenarioField] = [
        ScenarioField(
            "parameters", .integer(Scenario.Limits.parametersRange),
            "Maximum number of trainable parameters. A larger network is never trained."),
        ScenarioField(
            "operations", .integer(Scenario.Limits.operationsRange),
            "Maximum number of multiply-accumulate operations per sample. A larger network is never trained."),
        ScenarioField(
            "latency", .time(Scenario.Limits.latencyRange),
            "Maximum time per sample, measured by an evaluator's worker after the first training. A slower network "
                + "ranks below all others and is never the result."),
    ]
}
