import ArgumentParser
import Foundation
import KnowledgeClient
import Model
import Presentation

/// Manages the data of the knowledge service.
struct KnowledgeCommandGroup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "knowledge",
        abstract: "Manage what was learned from searches: learn now, save and restore.",
        discussion: """
              gyrus knowledge learn
              gyrus knowledge snapshot knowledge.jsonl
              gyrus knowledge restore knowledge.jsonl
            """,
        subcommands: [KnowledgeLearn.self, KnowledgeSnapshot.self, KnowledgeRestore.self])
}

/// Makes the knowledge service learn immediately.
struct KnowledgeLearn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn", abstract: "Learn from all new outcomes now instead of in a few seconds."
    )

    @ParentCommand var gyrus: Gyrus

    func run() async throws {
        let result = try await Services(gyrus.project).knowledge().learn()
        emit(
            result.fresh == 0
                ? "no new outcomes; \(result.scenarios) scenarios are known"
                : "learned from \(result.scenarios) scenarios, \(result.fresh) of them new, in "
                    + "\(Figures.fixed(result.seconds, 2)) s; ranking loss \(Figures.fixed(result.loss, 3))")
    }
}

/// Writes all outcomes to a file.
struct KnowledgeSnapshot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot", abstract: "Write all outcomes to a file, one JSON object per line; - for stdout.")

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "File to write, or - for stdout.")
    var file: String

    func run() async throws {
        let knowledge = try await Services(gyrus.project).knowledge()
        var lines: [Data] = []
        var last = ""
        while true {
            let page = try await knowledge.observations(limit: 1000, after: last)
            guard let end = page.last else { break }
            lines += try page.map { try JSONEncoder().encode(ObservationLine($0)) }
            last = end.id
        }
        let text = Data(lines.map { $0 + Data("\n".utf8) }.joined())
        if file == "-" {
            OutputStream.result.write(String(decoding: text, as: UTF8.self))
        } else {
            try text.write(to: URL(filePath: file), options: .atomic)
            say("\(lines.count) outcomes are in \(file)")
        }
    }
}

/// Reads outcomes from a file.
struct KnowledgeRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Load the outcomes of a snapshot; known outcomes are skipped.")

    /// Number of concurrent requests, so that one durable commit covers many outcomes.
    private static let atOnce = 64

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "File to read, or - for stdin.")
    var file: String

    func run() async throws {
        let knowledge = try await Services(gyrus.project).knowledge()
        let lines = try TextFile.read(file, as: "snapshot").split(separator: "\n")
        let observations = try lines.enumerated().map { number, line in
            do {
                return try JSONDecoder().decode(ObservationLine.self, from: Data(line.utf8)).observation
            } catch {
                throw Failure(
                    .invalidArgument,
                    "'\(file)', line \(number + 1), is not an outcome: \(Failure(error).message). Nothing was loaded.")
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, observation) in observations.enumerated() {
                if number >= Self.atOnce { try await group.next() }
                group.addTask { try await knowledge.record(observation) }
            }
            try await group.waitForAll()
        }
        _ = try await knowledge.learn()
        say("\(observations.count) outcomes were loaded")
    }
}

/// An outcome as a line of a snapshot.
private struct ObservationLine: Codable {
    let id, scenario, genome, space: String
    let code: String?
    let features: ScenarioFeatures
    let objective: Double
    let metrics: [String: Double]

    init(_ observation: Observation) {
        id = observation.id
        scenario = observation.scenario
        genome = observation.genome
        space = observation.space
        code = observation.code?.description
        features = observation.features
        objective = observation.objective
        metrics = observation.metrics
    }

    var observation: Observation {
        get throws {
            Observation(
                id: id, scenario: scenario, features: features, genome: genome, space: space,
                code: try code.map { try ArtificialCode($0) }, objective: objective, metrics: metrics)
        }
    }
}
