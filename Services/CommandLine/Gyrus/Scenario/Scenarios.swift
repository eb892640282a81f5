import ArgumentParser
import DesignerClient
import Foundation
import Launcher
import Model

/// Lists the scenarios.
struct Scenarios: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the scenarios, newest first.")

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var list: ListOptions

    @Option(help: "How many scenarios to show at most.")
    var limit = 100

    func run() async throws {
        let designer = try await Services(gyrus.project).designer()
        try list.render(try await designer.scenarios(limit: limit).map(ScenarioRow.init))
    }
}

/// Withdraws a scenario.
struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop a scenario's search; what it found is kept.", discussion: "  gyrus cancel 3fa2")

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "Identity of the scenario, or its beginning.")
    var id: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let status = try await services.designer().cancel(id)
        emit(status.id.text)
        say(
            status.state == .cancelled
                ? "Cancelled '\(status.name)'. Go on with: \(services.command("resume \(status.id)"))"
                : "'\(status.name)' had ended already (\(status.state)).")
    }
}

/// Takes a withdrawn or failed scenario up again.
struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Continue a scenario that was cancelled or that failed.", discussion: "  gyrus resume 3fa2")

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "Identity of the scenario, or its beginning.")
    var id: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let status = try await services.designer().resume(id)
        emit(status.id.text)
        say("'\(status.name)' is \(status.state). Follow it with: \(services.command("watch \(status.id)"))")
    }
}

/// A scenario as lists show it.
struct ScenarioRow: Listable {
    let id: String
    let scenario: String
    let state: String
    let trials: Int
    let endedTrials: Int
    /// Name of the metric that networks are judged by.
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
