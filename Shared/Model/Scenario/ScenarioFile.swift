/// A scenario as it was written, with the positions of its fields, so that errors can point at them.
///
/// ```swift
/// let file = try ScenarioFile(text, file: "av-mnist.yaml")
/// let space = try file.locating { try NetworkSpace(file.scenario) }   // a failure names line and column
/// ```
public struct ScenarioFile: Sendable {
    /// Name of the file, for messages.
    public let file: String
    /// What the file describes, with the defaults of fields that it leaves out.
    public let scenario: Scenario
    private let places: [String: FieldReader.Place]

    /// Reads and checks a scenario file.
    /// - Throws: `Failure` with code `invalid-argument` whose message is
    ///   `file:line:column: field: what is wrong; what it could be`.
    public init(_ text: String, file: String = "scenario") throws {
        self.file = file
        (scenario, places) = try FieldReader.read(text, file: file) { reader in
            let places = reader.places
            return (try Self.locating(file, places) { try Self.scenario(reader) }, places)
        }
    }

    /// Runs a check whose failures begin with a field's name, and adds the position of that field.
    public func locating<Value>(_ check: () throws -> Value) throws -> Value {
        try Self.locating(file, places, check)
    }

    private static func locating<Value>(
        _ file: String, _ places: [String: FieldReader.Place], _ check: () throws -> Value
    ) throws -> Value {
        do {
            return try check()
        } catch var failure as Failure {
            guard failure.code == .invalidArgument else { throw failure }
            let field = failure.message.prefix { $0 != ":" && $0 != " " }
            guard let place = place(of: String(field), in: places) else { throw failure }
            failure.message = "\(file):\(place.line):\(place.column): \(failure.message)"
            throw failure
        }
    }

    /// The position of a field or, if the field is not in the file, of the closest group around it.
    private static func place(of field: String, in places: [String: FieldReader.Place]) -> FieldReader.Place? {
        var names = field.split(separator: ".").map(String.init)
        if let last = names.last {
            // Preprocessing settings are one level deeper in the file than in the recipe.
            let deeper = (names.dropLast() + ["preprocess", last]).joined(separator: ".")
            if let place = places[deeper] { return place }
        }
        while !names.isEmpty {
            if let place = places[names.joined(separator: ".")] { return place }
            names.removeLast()
        }
        return places[""]
    }
}

// MARK: - Fields

extension ScenarioFile {
    /// Maximum number of characters in a scenario's name.
    private static let longestName = 100

    private static func scenario(_ reader: FieldReader) throws -> Scenario {
        guard let name = try reader.text("scenario") else {
            throw reader.wrong("scenario", "missing; give the scenario a name.")
        }
        try checkName(name, reader)
        let data = try data(reader)
        let goals = try Goals(reader)
        let final = try reader.fields("final")
        let task = try task(reader, data)
        let fusion = try fusion(reader, data)
        let usual = fusion == nil ? Scenario.defaultTraining : Scenario.Fusion.defaultTraining
        let budget = try reader.fields("training")
        if task == .tracking {
            try refuse(
                (ScenarioField.learning + ScenarioField.options).names, of: reader,
                because: "'task: tracking' trains nothing")
        }
        if fusion != nil {
            try refuse(ScenarioField.learning.names, of: reader, because: "with 'fusion' all samples need labels")
        }
        let learning = try learning(budget, data)
        var training = try training(budget, usual, data, learning)
        training.options = try options(budget, data, epochs: training.epochs)
        var scenario = Scenario(
            name: name, stimuli: try reader.texts("stimuli") ?? [], functions: try reader.texts("functions") ?? [],
            task: task, data: data,
            objective: try Self.objective(of: task, on: data, goals), minimized: goals.costs, limits: goals.limits,
            search: try search(reader, training),
            fusion: fusion, training: training,
            final: fusion == nil
                ? try Self.training(final, Scenario.defaultFinal, data, finalLearning(final, after: learning))
                : try fineTuning(reader, data),
            finalists: try final?.integer("candidates") ?? 1, folds: try fusion == nil ? final?.integer("folds") : nil)
        scenario.isEnsemble = try ensemble(final, scenario)
        scenario.final.options = training.options
        if isAutomatic(final) {
            scenario.final.options.patience =
                training.options.patience ?? TrainingOptions.automaticPatience(epochs: scenario.final.epochs)
            scenario.final.options.keepsBest = true
        }
        try checkMeasures(of: scenario)
        try checkOptions(of: scenario, budget)
        try checkChoices(of: scenario, reader)
        return scenario
    }

    private static func checkName(_ name: String, _ reader: FieldReader) throws {
        let length = name.unicodeScalars.count
        guard length <= longestName else {
            throw reader.wrong("scenario", "a name has at most \(longestName) characters; this one has \(length).")
        }
        let isOneLine = name.unicodeScalars.allSatisfy {
            ![.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
        }
        guard isOneLine else {
            throw reader.wrong("scenario", "a name must be a single line without control characters.")
        }
    }

    static func recipe(_ reader: FieldReader) throws -> DatasetRecipe {
        guard let group = try reader.fields("modalities"), !group.keys.isEmpty else {
            throw reader.wrong("modalities", "give at least one, such as \(DatasetRecipe.exampleModality).")
        }
        var modalities: [String: DatasetRecipe.Modality] = [:]
        for name in group.keys { modalities[name] = try modality(name, in: group) }
        let data = try reader.fields("data", as: ScenarioField.knownData)
        let samples = try data?.fields("samples")
        let usual = DatasetRecipe.Counts()
        return try DatasetRecipe(
            modalities: modalities,
            split: data?.choice("split", of: DatasetRecipe.Split.self) ?? .recording,
            mixes: data?.integer("mixes") ?? 3,
            counts: DatasetRecipe.Counts(
                training: samples?.integer("training") ?? usual.training,
                validation: samples?.integer("validation") ?? usual.validation,
                test: samples?.integer("test") ?? usual.test),
            seed: UInt64(data?.integer("seed") ?? 1),
            labels: data?.integers("labels"), speakers: data?.texts("speakers"))
    }

    private static func modality(_ name: String, in group: FieldReader) throws -> DatasetRecipe.Modality {
        guard let fields = try group.fields(name, as: ScenarioField.knownModality),
            let dataset = try fields.text("dataset")
        else {
            throw Failure(
                .invalidArgument,
                "modalities.\(name): the field 'dataset' is missing, such as {dataset: \(Preset.example(.image))}.")
        }
        let preprocess = try fields.fields("preprocess")
        return DatasetRecipe.Modality(
            dataset: dataset, energyRemoved: try preprocess?.number("pca-energy-removed"),
            noise: try fields.text("noise"),
            signalToNoise: try fields.number("signal-to-noise"),
            spectrogram: try preprocess?.integer("spectrogram"),
            detectors: try fields.texts("detectors"), heldOut: try fields.texts("held-out"),
            frames: try fields.integer("frames"))
    }

    private static func search(_ reader: FieldReader, _ training: Scenario.Training) throws -> Scenario.Search {
        let fields = try reader.fields("search")
        let usual = Scenario.Search()
        let trials = try fields?.integer("trials") ?? usual.trials
        let population = try fields?.integer("population") ?? min(usual.population, max(2, trials))
        guard population <= max(2, trials) else {
            throw Failure(
                .invalidArgument,
                "search.population: \(population) is more than the \(trials) trials of search.trials; use at most half."
            )
        }
        return Scenario.Search(
            method: try fields?.choice("method", of: SearchMethod.self) ?? usual.method, population: population,
            trials: trials, seed: UInt64(try fields?.integer("seed") ?? Int(usual.seed)),
            optimizers: try fields?.texts("optimizers"), structures: try fields?.texts("structures"),
            pretrained: try fields.flatMap(pretrained), widths: try fields?.numbers("widths"),
            layers: try fields.flatMap { try layers($0) },
            halving: try fields.flatMap { try halving($0, training) },
            replication: try fields.flatMap { try replication($0) },
            scoresTest: try fields?.choice("score-test", of: Switch.self)?.isOn ?? false,
            budget: try fields?.milliseconds("budget").map { $0 / 1_000 },
            fineTuning: try fields?.choice("fine-tuning", of: FineTuning.self) ?? usual.fineTuning,
            choices: try fields.map { try choices($0) } ?? usual.choices)
    }

    static func training(
        _ fields: FieldReader?, _ usual: Scenario.Training, _ data: ScenarioData, _ learning: Learning = Learning()
    ) throws -> Scenario.Training {
        let counts = data.counts
        func capped(_ count: Int?, _ most: Int) -> Int? { count.flatMap { $0 < most ? $0 : nil } }
        // `all` is nil, so optional chaining would mistake it for an absent field.
        func count(_ key: String, _ most: Int, _ usual: Int?) throws -> Int? {
            capped(try fields.map { try $0.count(key, in: 1...most, fallback: usual) } ?? usual, most)
        }
        let batch = try fields?.integer("batch") ?? usual.batch
        let samples = try count("samples", counts.training, usual.samples)
        return Scenario.Training(
            epochs: isAutomatic(fields)
                ? TrainingOptions.automaticEpochs(samples: samples ?? counts.training, batch: batch)
                : try fields?.integer("epochs") ?? usual.epochs,
            batch: batch,
            samples: samples,
            validation: try count("validation", counts.validation, usual.validation),
            learning: learning, distribution: try fields.flatMap { try distribution($0, batch: batch, learning) })
    }
}
