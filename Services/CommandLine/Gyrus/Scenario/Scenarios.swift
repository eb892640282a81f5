import ArgumentParser
import DesignerClient
import Foundation
import Launcher
import Model
import Presentation

/// Commands on published scenarios.
struct Scenarios: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the scenarios, newest first, or remove some of them.",
        discussion: """
              gyrus scenarios --state failed
              gyrus scenarios rm 3fa2
            """,
        subcommands: [ScenarioList.self, ScenarioRemove.self], defaultSubcommand: ScenarioList.self)

    /// All commands that manage published scenarios.
    static let management: [any ParsableCommand.Type] = [Scenarios.self, Cancel.self, Resume.self]
}

struct ScenarioList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the scenarios, newest first.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Option(help: "Maximum number of scenarios to show.")
    var limit = 100

    @Option(
        help: "Show only scenarios in this state (can be repeated): queued, running, succeeded, failed or cancelled.")
    var state: [String] = []

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
    }

    func run() async throws {
        let states = try state.map(Self.state)
        let designer = try await Services(gyrus.project).designer()
        guard !states.isEmpty else {
            return try list.render(try await designer.scenarios(limit: limit).map(ScenarioRow.init))
        }
        let found = try await designer.allScenarios().filter { states.contains($0.state) }.prefix(limit)
        try list.render(found.map(ScenarioRow.init))
    }
}

extension ScenarioList {
    /// The state with a name.
    private static func state(_ word: String) throws -> ScenarioState {
        if let state = ScenarioState.allCases.first(where: { "\($0)" == word }) { return state }
        let known = ScenarioState.allCases.map { "\($0)" }
        throw ValidationError(
            "there is no state '\(word)'; use one of \(known.joined(separator: ", "))."
                + NearestName.question(word, among: known))
    }
}

/// Cancels a scenario.
struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop a scenario's search; its results so far are kept.", discussion: "  gyrus cancel 3fa2")

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "ID of the scenario, or a unique prefix.", completion: .scenarios)
    var id: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let status = try await services.designer().cancel(id)
        emit(status.id.text)
        say(
            status.state == .cancelled
                ? "Canceled '\(status.name)'. Continue it with: \(services.command("resume \(status.id)"))"
                : "'\(status.name)' has already ended (\(status.state)).")
    }
}

/// Continues a canceled or failed scenario.
struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Continue a canceled or failed scenario.", discussion: "  gyrus resume 3fa2")

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "ID of the scenario, or a unique prefix.", completion: .scenarios)
    var id: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let status = try await services.designer().resume(id)
        emit(status.id.text)
        say("'\(status.name)' is \(status.state). Follow it with: \(services.command("watch \(status.id)"))")
    }
}

/// A row of the list of scenarios.
struct ScenarioRow: Listable {
    let id: String
    let scenario: String
    let state: String
    let trials: Int
    let endedTrials: Int
    /// Name of the metric that networks are compared by.
    let metric: String
    let best: Double?
    let published: Date
    let model: String?
    let failure: String?

    init(_ status: ScenarioStatus) {
        id = status.id.text
        scenario = status.name
        state = "\(status.state)"
        trials = status.trials
        endedTrials = status.endedTrials
        metric = status.objective.name
        best = status.best?.validation(status.objective)
        published = status.published
        model = status.model
        failure = status.failure?.message
    }

    static let columns = ["ID", "SCENARIO", "STATE", "TRIALS", "BEST", "PUBLISHED"]
    static let dispensable = ["PUBLISHED"]

    var name: String { id }
    var row: [String] {
        let age = ReplicaStatus.age(published, Date())
        let best = Metric(named: metric).map { Figures.value(self.best, of: $0) } ?? "–"
        let reason = failure.map { "\(state): \($0)" } ?? state
        return [id, scenario, reason, "\(endedTrials)/\(trials)", best, "\(age) ago"]
    }
}
