import Foundation
import Model
import Search
import SearchSupport

/// Optuna's default sampler (TPE) with default settings on a table.
struct OptunaTables: Sendable {
    private let table: NASTable
    private let python: String
    /// One line per network: its code and its accuracy.
    private let text: String

    init(_ table: NASTable, python: String) throws {
        self.table = table
        self.python = python
        text = table.accuracy.map { genome, accuracy in
            "\(genome.genes.map { "\($0[0])" }.joined()) \(accuracy)"
        }.sorted().joined(separator: "\n")
    }

    /// Regret after each number of trials, for each seed. One process runs all of them, because starting one takes as
    /// long as a hundred trials.
    func regrets(seeds: Range<Int>, after counts: [Int]) throws -> [[Double]] {
        let file = FileManager.default.temporaryDirectory.appending(path: "table-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let arguments = [file.path, "\(seeds.lowerBound)", "\(seeds.upperBound)"] + counts.map(String.init)
        return try PythonProgram.run(Self.program, arguments, python: python, need: "Optuna").split(separator: "\n")
            .map { line in line.split(separator: " ").compactMap { Double($0) }.map { table.best - $0 } }
    }

    private static let program = """
        import sys, optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        table = dict(line.split() for line in open(sys.argv[1]))
        first, end, *counts = [int(number) for number in sys.argv[2:]]
        length, options = len(next(iter(table))), sorted({digit for code in table for digit in code})
        best = max(float(value) for value in table.values())
        for seed in range(first, end):
            study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
            study.optimize(
                lambda trial: float(table["".join(
                    trial.suggest_categorical(str(place), options) for place in range(length))]),
                n_trials=counts[-1],
                callbacks=[lambda study, trial: study.stop() if trial.value == best else None])
            values = [trial.value for trial in study.trials]
            print(*(max(values[:count]) for count in counts))
        """
}
