import Foundation
import Model
public import Search

/// A table with every network of a space and its published accuracy.
public struct NASTable: Sendable {
    /// The tables that are known.
    public enum Name: String, CaseIterable, Sendable, Codable {
        /// NAS-Bench-201, CIFAR-10, validation after 12 epochs.
        case cifar10
        /// NAS-Bench-201, CIFAR-100, validation after 12 epochs.
        case cifar100
        /// NAS-Bench-201, ImageNet16-120, validation after 12 epochs.
        case imageNet16
        /// NAS-Bench-Macro, CIFAR-10, mean of three trainings.
        case macro
    }

    /// The search space with its symmetry.
    public let space: SearchSpace
    /// Accuracy of every genome in percent.
    public let accuracy: [Genome: Double]
    /// Trainable parameters of every genome.
    public let parameters: [Genome: Double]
    /// Which genomes are the same network according to the table's authors; nil if they do not say.
    public let published: [Genome: String]?
    /// The highest accuracy.
    public let best: Double

    /// Whether the tables are on this machine.
    public static var areThere: Bool {
        ["nb201.tsv", "nbmacro.tsv"].allSatisfy { FileManager.default.fileExists(atPath: file($0).path) }
    }

    /// The reason that a skipped test prints.
    public static let reason = "needs nasbench/nb201.tsv and nbmacro.tsv in a folder that $GYRUS_DATA names"

    private static func file(_ name: String) -> URL {
        let folder = ProcessInfo.processInfo.environment["GYRUS_DATA"] ?? "../shared/data"
        return URL(filePath: folder).appending(path: "nasbench/\(name)")
    }

    /// Reads a table.
    /// - Throws: `Failure` with code `not-found` if it is missing.
    public init(_ name: Name) throws {
        let isMacro = name == .macro
        let file = Self.file(isMacro ? "nbmacro.tsv" : "nb201.tsv")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            throw Failure(.notFound, "There is no '\(file.path)'; $GYRUS_DATA names the folder of the raw data.")
        }
        let lines = text.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        func column(_ name: String) throws -> Int {
            guard let column = lines.first?.firstIndex(of: name) else {
                throw Failure(.corrupt, "'\(file.path)' has no column '\(name)'.")
            }
            return column
        }
        let value = try column(
            [.cifar10: "c10_val12", .cifar100: "c100_val12", .imageNet16: "in16_val12", .macro: "mean"][name] ?? "")
        let (code, size, classes) = (try column("code"), try column("params"), try? column("iso"))
        var (accuracy, parameters, published): ([Genome: Double], [Genome: Double], [Genome: String]) = ([:], [:], [:])
        for line in lines.dropFirst() {
            let genome = Genome(line[code].compactMap(\.wholeNumberValue).map { [$0 + 1] })
            accuracy[genome] = Double(line[value])
            parameters[genome] = Double(line[size])
            if let classes { published[genome] = line[classes] }
        }
        self.accuracy = accuracy
        self.parameters = parameters
        self.published = classes == nil ? nil : published
        best = accuracy.values.max() ?? 0
        space = try isMacro ? Self.layers() : Self.cell()
    }

    private static func cell() throws -> SearchSpace {
        let operations = ["none", "skip", "convolution1", "convolution3", "pooling"]
        let edges = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]
        return try SearchSpace(
            edges.map { .init("\($0.0)→\($0.1)", [.init("operation", operations)]) },
            symmetry: .cell(nodes: 4, zero: 1, identity: 2))
    }

    private static func layers() throws -> SearchSpace {
        let blocks = ["identity", "expansion 3, kernel 3", "expansion 6, kernel 5"]
        return try SearchSpace(
            (1...8).map { .init("layer\($0)", [.init("block", blocks)]) }, symmetry: .stages([2, 3, 3], identity: 1))
    }

    /// Regret of the best trial after each number of trials: its difference from the best of the table. The search
    /// ends when it finds that one.
    public func regrets(of searcher: Searcher, after counts: [Int]) throws -> [Double] {
        var searcher = searcher
        var highest = -Double.infinity
        var regrets: [Double] = []
        while regrets.count < counts.count, highest < best {
            guard case .proposal(let proposal) = try searcher.ask() else { break }
            let value = accuracy[proposal.genome] ?? -.infinity
            try searcher.tell(proposal.number, .objective(value))
            highest = max(highest, value)
            if counts[regrets.count] == proposal.number + 1 { regrets.append(best - highest) }
        }
        return regrets + [Double](repeating: best - highest, count: counts.count - regrets.count)
    }
}
