extension ScenarioField {
    /// What may stand at the top of a scenario file.
    public static let top: [ScenarioField] = [
        ScenarioField("scenario", .text, isNeeded: true, "A name for people: at most 100 characters on one line."),
        ScenarioField(
            "stimuli", .texts,
            "What is perceived, in plain words, such as `[see written digits, hear spoken digits]`. The words select "
                + "functions of the brain; `gyrus functions --words` lists those that are known."),
        ScenarioField(
            "functions", .texts, "Functions of the brain that the scenario engages besides, such as `[vision.shape]`."),
        ScenarioField(
            "task", .choice(of: Scenario.Task.self), usual: "what the data's target is; classification",
            "`classification` assigns each sample to a class, `multi-label` gives it any number of labels, `regression` "
                + "predicts numbers. `tracking` follows people through a video: it searches a detector and a tracker, and "
                + "trains nothing."),
        ScenarioField(
            "data", data,
            "Where the data are and how they are split: your own with `source`, or how samples of a data set that Gyrus "
                + "knows are drawn."),
        ScenarioField(
            "target", .group(target), usual: "found by looking", "With `data.source`: what is to be predicted."),
        ScenarioField(
            "modalities", .named(modality), usual: "with `data.source` found by looking, else required",
            "The inputs of the network by name, one branch each. A name is a lower-case letter followed by letters, "
                + "digits and `_`, at most 32."),
        ScenarioField("objective", .group(objective), "What counts as better, and what is not acceptable."),
        ScenarioField("search", .group(search), "How candidates are chosen."),
        ScenarioField(
            "fusion", .group(fusion), "Searches how trained networks of single modalities are joined. See *Fusion*."),
        ScenarioField(
            "training", .group(budget + learning + options),
            "How each trial is trained; with `fusion`, how each fusion is."),
        ScenarioField("final", .group(final), "How the best candidates are trained at the end. Not with `fusion`."),
        ScenarioField(
            "prepared", .anything,
            "What your own data came to: classes, shapes, statistics. `gyrus publish` writes it; leave it out."),
    ]

    static let objective: [ScenarioField] = [
        ScenarioField(
            "maximize", larger, usual: "what is usual for the task, such as accuracy",
            "The metric by which networks are judged on the validation split, where larger is better."),
        ScenarioField(
            "minimize", smaller,
            "A metric by which networks are judged, where smaller is better; or costs to make small besides. With costs, "
                + "networks are ranked by Pareto fronts, and the finalists come from the first one."),
        ScenarioField("maximise", larger, "Another spelling of `maximize`."),
        ScenarioField("minimise", smaller, "Another spelling of `minimize`."),
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
            "Trainable parameters. A network beyond this is never trained."),
        ScenarioField(
            "operations", .integer(Scenario.Limits.operationsRange),
            "Multiply-accumulate operations for one sample. A network beyond this is never trained."),
        ScenarioField(
            "latency", .time(Scenario.Limits.latencyRange),
            "Time for one sample, measured by an evaluator's worker after the first training. A network beyond this "
                + "counts as worse than any other and is never the result."),
    ]
}
