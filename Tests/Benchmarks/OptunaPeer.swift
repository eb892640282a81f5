import Foundation
import Model

/// Optuna with its SQLite storage, searching the same kind of space for the same kind of objective.
enum OptunaPeer {
    /// Trials per second of a study, measured within Python, without starting it and creating the study.
    static func trials(_ count: Int, population: Int, sampler: String, python: String) throws -> Double {
        let directory = FileManager.default.temporaryDirectory.appending(path: "optuna-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let study = directory.appending(path: "study.sqlite").path(percentEncoded: false)
        let text = try PythonProgram.run(
            program, [study, "\(count)", "\(population)", sampler], python: python, need: "Optuna")
        guard let rate = Double(text) else {
            throw Failure(.internal, "Python answered '\(text.prefix(80))' instead of a number.")
        }
        return rate
    }

    private static let program = """
        import sys, time, zlib, optuna
        path, count, population, sampler = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        samplers = {"random": lambda: optuna.samplers.RandomSampler(seed=7),
                    "evolution": lambda: optuna.samplers.NSGAIISampler(population_size=population, seed=7),
                    "default": lambda: optuna.samplers.TPESampler(seed=7)}
        study = optuna.create_study(storage="sqlite:///" + path, direction="maximize", sampler=samplers[sampler]())
        def objective(trial):
            genome = [trial.suggest_categorical(f"{gene} {part}", choices) for gene in ("image", "audio")
                      for part, choices in (("optimizer", ("sgd", "adam", "adamw", "rmsprop")),
                                            ("structure", ("LeNet3", "LeNet5", "MediumNet", "SparseNet")),
                                            ("size", ("0.5", "1", "2")))]
            return zlib.crc32(" ".join(genome).encode()) / 2**32
        start = time.perf_counter()
        study.optimize(objective, n_trials=count)
        print(count / (time.perf_counter() - start))
        """
}
