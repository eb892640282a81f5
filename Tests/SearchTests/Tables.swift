import Foundation

@testable import Search

/// The space of two modalities that many tests use: 60 settings and absence for each.
func twoModalities() throws -> SearchSpace {
    let parts = [
        SearchSpace.Part("optimizer", ["sgd", "adam", "adamw"]),
        SearchSpace.Part("structure", ["LeNet3", "LeNet5", "MediumNet", "SparseNet"]),
        SearchSpace.Part("size", ["0.25", "0.5", "1", "1.5", "2"]),
    ]
    return try SearchSpace([.init("image", parts, isOptional: true), .init("audio", parts, isOptional: true)])
}

/// A smooth objective with a little ruggedness, known for every genome.
func objective(of genome: Genome) -> Double {
    var hasher = SeededGenerator(seed: (genome.description.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }))
    let level = genome.genes.joined().enumerated().reduce(0.0) { sum, part in
        sum - abs(Double(part.element) - [2, 4, 3, 1, 2, 5][part.offset % 6])
    }
    return level + Double(hasher.below(1000)) / 2000
}

/// The table of NAS-Bench-201, where this machine has it.
struct CellTable {
    let space: SearchSpace
    let validation: [Genome: Double]
    let best: Double

    static let path = Bundle.main.environmentPath("GYRUS_DATA", default: "../shared/data") + "/nasbench/nb201.tsv"

    static var isThere: Bool { FileManager.default.fileExists(atPath: path) }

    init() throws {
        let operations = ["none", "skip", "convolution1", "convolution3", "pooling"]
        space = try SearchSpace((0..<6).map { .init("edge\($0)", [.init("operation", operations)]) })
        var validation: [Genome: Double] = [:]
        for line in try String(contentsOfFile: Self.path, encoding: .utf8).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: "\t")
            let genome = Genome(fields[1].compactMap(\.wholeNumberValue).map { [$0 + 1] })
            validation[genome] = Double(fields[2])
        }
        self.validation = validation
        best = validation.values.max() ?? 0
    }

    /// Regret of the best trial after each of some numbers of trials.
    func regrets(of searcher: some Searcher, after counts: [Int]) throws -> [Double] {
        var searcher = searcher
        var best = -Double.infinity
        var regrets: [Double] = []
        while let last = counts.last, searcher.history.proposals.count < last {
            guard case .proposal(let proposal) = searcher.ask(where: { _ in true }) else { break }
            let value = validation[proposal.genome] ?? -.infinity
            try searcher.tell(proposal.number, .objective(value))
            best = max(best, value)
            if counts.contains(proposal.number + 1) { regrets.append(self.best - best) }
        }
        return regrets
    }
}

extension Bundle {
    func environmentPath(_ name: String, default path: String) -> String {
        ProcessInfo.processInfo.environment[name] ?? path
    }
}
