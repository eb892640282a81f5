import Foundation
import Model
import Search
import SearchSupport

/// Optuna's default sampler (TPE) with its default settings on a table.
struct OptunaTables: Sendable {
    private let table: NASTable
    private let python: String
    /// One line for each network: its code and its accuracy.
    private let text: String

    init(_ table: NASTable, python: String) throws {
        self.table = table
        self.python = python
        text = table.accuracy.map { genome, accuracy in
            "\(genome.genes.map { "\($0[0])" }.joined()) \(accuracy)"
        }.sorted().joined(separator: "\n")
    }

    /// Regret after each of some numbers of trials.
    func regrets(seed: Int, after counts: [Int]) throws -> [Double] {
        let file = FileManager.default.temporaryDirectory.appending(path: "table-\(UUID().uuidString)")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = ["-c", Self.program, file.path, "\(seed)"] + counts.map(String.init)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let answer = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        let values = answer.split(separator: " ").compactMap { Double($0.trimmingCharacters(in: .newlines)) }
        guard values.count == counts.count else {
            throw Failure(.unavailable, "'\(python)' has no Optuna that works; make one with Tests/Benchmarks/peers.")
        }
        return values.map { table.best - $0 }
    }

    private static let program = """
        import sys, optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        table = dict(line.split() for line in open(sys.argv[1]))
        seed, counts = int(sys.argv[2]), [int(count) for count in sys.argv[3:]]
        length, options = len(next(iter(table))), sorted({digit for code in table for digit in code})
        study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
        study.optimize(lambda trial: float(table["".join(
            trial.suggest_categorical(str(place), options) for place in range(length))]), n_trials=counts[-1])
        values = [trial.value for trial in study.trials]
        print(*(max(values[:count]) for count in counts))
        """
}
