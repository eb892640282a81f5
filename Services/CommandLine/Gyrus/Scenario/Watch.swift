import ArgumentParser
import DesignerClient
import Foundation
import Glibc
import Launcher
import Messaging
import Model
import Presentation
import ServiceClient

/// Follows a scenario's search.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Follow a scenario's search until it ends.",
        discussion: """
              gyrus watch 3fa2

            A unique prefix of the ID is enough. Exit status 1 if the search fails.
            """)

    @ParentCommand var gyrus: Gyrus

    @Argument(help: "ID of the scenario, or a unique prefix.", completion: .scenarios)
    var id: String

    func run() async throws {
        let services = try Services(gyrus.project)
        let board = WatchDisplay(services: services, designer: try await services.designer(), output: .result)
        try await board.run(id)
    }
}

/// Shows the progress of a search: bars on a terminal, a line for each step elsewhere.
struct WatchDisplay {
    let services: Services
    let designer: DesignerClient
    let output: OutputStream

    /// Returns when the scenario has a result; throws if it ends without one.
    func run(_ id: String) async throws {
        let first = try await designer.scenario(id)
        let epochs = EpochTable()
        let isTerminal = output.isTerminal
        let signals = StopSignals { _ in
            say("\nThe search continues. Follow it again with: \(services.command("watch \(first.id)"))")
            exit(130)
        }
        defer { signals.cancel() }
        let last = try await withThrowingTaskGroup { group in
            group.addTask { await follow(epochs, of: first) }
            defer { group.cancelAll() }
            return try await show(first, epochs, isTerminal)
        }
        try conclude(last)
    }

    private func show(_ first: ScenarioStatus, _ epochs: EpochTable, _ isTerminal: Bool) async throws -> ScenarioStatus
    {
        var status = first
        var view: any WatchView = isTerminal ? TerminalView(output: output) : LineView(output: output)
        var trials: [Trial] = []
        while true {
            // Ended trials no longer change.
            let known = trials.prefix { $0.state.isFinal }
            let new = try await retrying(for: .seconds(120)) {
                try await designer.trials(of: first.id.text, from: known.count)
            }
            trials = known + new
            view.show(status, trials, epochs.snapshot)
            if status.state.isFinal { return status }
            status = try await retrying(for: .seconds(120)) {
                try await designer.scenario(first.id.text, waiting: isTerminal ? .milliseconds(250) : .seconds(1))
            }
        }
    }

    /// The trainer's events tell the progress of each training; without them, the display shows less.
    private func follow(_ epochs: EpochTable, of scenario: ScenarioStatus) async {
        do {
            let trainer = try await services.service(.trainer)
            for try await events in trainer.follow(after: 0, since: scenario.published) {
                for event in events { epochs.take(event, of: scenario.id.text) }
            }
        } catch {
            return
        }
    }

    private func conclude(_ status: ScenarioStatus) throws {
        switch status.state {
        case .succeeded: say("Done. See the table and get the result with: \(services.command("result \(status.id)"))")
        case .cancelled:
            throw Failure(
                .cancelled,
                "scenario \(status.id) was cancelled; continue it with: \(services.command("resume \(status.id)"))",
                isRetriable: false)
        default:
            let reason = status.failure?.message ?? "it failed"
            // Not the reason's own code: exit statuses such as 2 or 69 would describe this command, not the search.
            throw Failure(
                .internal,
                "scenario \(status.id) failed: \(reason)\nTry again with: \(services.command("resume \(status.id)"))")
        }
    }
}

/// The progress of a training.
struct Epoch: Hashable, Sendable {
    var step: Int
    var steps: Int
    var metrics: [String: Double]
    /// What the training waits for; empty if it does not wait.
    var shortage = ""
    /// The task that sent the reports.
    var task = ""
    /// The latest report of each worker by rank, if several train together.
    var workers: [Int: WorkerReport] = [:]

    /// Each worker's speed, idle share and, if the layers are split, number of layers; empty if one worker trains alone.
    var pace: String {
        guard workers.count > 1 else {
            return metrics["batch-parts"].map { ", memory full: each batch in \(Int($0)) parts" } ?? ""
        }
        let all = workers.sorted { $0.key < $1.key }.map(\.value.metrics)
        let rates = all.map { "\(Int($0["samples-per-second"] ?? 0))" }.joined(separator: " + ")
        let idle = all.map { Figures.percent($0["idle-share"] ?? 0) }.joined(separator: " + ")
        let layers = all.compactMap { $0["layers"].map { "\(Int($0))" } }.joined(separator: " + ")
        let bytes = all.compactMap { $0["exchanged-bytes"] }.reduce(0, +)
        let staleness = all.compactMap { $0["staleness"] }.max().map { ", staleness \(Figures.fixed($0, 1))" } ?? ""
        return ", \(rates) samples/s, idle \(idle), \(Figures.fixed(bytes / 1e6, 1)) MB\(staleness)"
            + (layers.isEmpty ? "" : ", layers \(layers)")
    }
}

/// The latest report of each trial's training.
final class EpochTable: @unchecked Sendable {
    // The lock guards the table: one task writes while another reads.
    private let lock = NSLock()
    private var table: [Int: Epoch] = [:]

    var snapshot: [Int: Epoch] { lock.withLock { table } }

    /// Takes an event of the scenario; other events change nothing.
    func take(_ event: Event, of scenario: String) {
        guard let report = TrainingReport(event, of: scenario) else { return }
        let (trial, rank) = (report.trial, report.rank)
        if event.kind == "task.waiting" { return note(event, trial) }
        if event.kind == "task.left", let rank { return forget(rank, of: trial) }
        guard let step = report.step else { return }
        var epoch = Epoch(step: step, steps: report.steps, metrics: report.metrics)
        epoch.task = report.task
        lock.withLock {
            // A trial that continues after a pause has a new task with its own workers.
            if let old = table[trial], old.task == epoch.task { epoch.workers = old.workers }
            epoch.workers.take(report)
            if let rank, rank > 0 {
                table[trial]?.task = epoch.task
                table[trial]?.workers = epoch.workers
                return
            }
            // A report that only saves a checkpoint has no metrics.
            if report.metrics.isEmpty, let old = table[trial], old.step == step { return }
            table[trial] = epoch
        }
    }

    /// A worker has left a training that the other workers continue.
    private func forget(_ rank: Int, of trial: Int) {
        lock.withLock {
            guard let old = table[trial]?.workers else { return }
            table[trial]?.workers = old.filter { $0.key != rank }
        }
    }

    /// There are too few workers for a training that needs several, or none with the required device.
    private func note(_ event: Event, _ trial: Int) {
        let (wanted, present) = (event.attributes["workers"] ?? "", event.attributes["present"] ?? "")
        let needs = [event.attributes["device"], event.attributes["memory"].map { "\($0) of memory" }].compactMap { $0 }
        let shortage =
            needs.isEmpty
            ? "waits for \(wanted) workers at once, but only \(present) are running; start more: "
                + "gyrus scale trainer-worker=\(wanted)"
            : "waits for a worker with \(needs.joined(separator: " with ")), but none is running; start one: "
                + "trainer work --device auto"
        lock.withLock { table[trial, default: Epoch(step: 0, steps: 0, metrics: [:])].shortage = shortage }
    }
}
