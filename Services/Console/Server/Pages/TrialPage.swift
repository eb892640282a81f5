import DesignerClient
import Foundation
import Hummingbird
import Model
import Presentation
import ServiceClient
import WorkQueueClient

/// The page of one trial: what was tried, how its training went, its results, and how to reproduce it.
struct TrialPage: Sendable {
    let backends: Backends
    let renderer: Renderer

    /// The address of a trial's page.
    static func address(of trial: TrialID) -> String { "/scenarios/\(trial.scenario)/trials/\(trial.number)" }

    func response(_ id: String, _ number: String) async throws -> Response {
        guard let number = Int(number), (0...1_000_000_000).contains(number) else {
            throw Failure(.invalidArgument, "'\(number.prefix(40))' is not a trial number.")
        }
        let (status, trial) = try await backends.ask(.designer) {
            let status = try await $0.designer.scenario(id)
            return (status, try await $0.designer.trials(of: status.id.text, from: number, limit: 1).first)
        }
        guard let trial, trial.id.number == number else {
            throw Failure(.notFound, "Scenario \(status.id) has no trial \(number).")
        }
        let told = await backends.part(.trainer) { try await Self.events(of: trial, $0) }
        let events = (try? told.get()) ?? []
        let task = await task(events.last?.subject)
        var values = Self.values(trial, status)
        values["trainerIsAway"] = (try? told.get()) == nil
        values["charts"] = Self.charts(events, trial)
        values["task"] = task.map(Self.values)
        return renderer.page(
            "trial", title: "Trial \(number) of \(status.name)", section: .scenarios, values)
    }

    /// The trainer's events of the trial, oldest first; a resumed scenario has a generation after its identity.
    private static func events(of trial: Trial, _ services: Backends) async throws -> [Event] {
        let trainer = try services.service(.trainer)
        let scenario = trial.id.scenario.text
        let first = try await trainer.lastEvents(kind: "task.", subject: "\(scenario)/\(trial.id.number)/train").events
        let resumed = try await trainer.lastEvents(kind: "task.", subject: "\(scenario).").events.filter {
            let parts = $0.subject.split(separator: "/")
            return parts.count == 3 && parts[1] == "\(trial.id.number)" && parts[2].hasPrefix("train")
        }
        return (first + resumed).sorted { $0.sequence < $1.sequence }
    }

    private func task(_ id: String?) async -> QueuedTask? {
        guard let id else { return nil }
        return try? await backends.part(.trainer) { try await $0.queue(of: .trainer).task(id) }.get()
    }

    // MARK: - Values

    private static func values(_ trial: Trial, _ status: ScenarioStatus) -> [String: Any] {
        let models = ModelLinks(status)
        let number = trial.id.number
        var values = ScenarioRow.values(
            trial, of: status.objective, best: status.best?.id.number, models: models)
        values["scenario"] = status.id.text
        values["scenarioName"] = status.name
        values["kind"] = trial.purpose.isFinal ? "Final training" : "Trial"
        values["code"] = trial.code
        values["metrics"] = trial.metrics.sorted { $0.key < $1.key }.map { name, value in
            ["name": name, "value": text(value, of: name)]
        }
        values["rungs"] =
            trial.rungs.isEmpty
            ? nil : trial.rungs.map { Words.worth($0, of: status.objective) }.joined(separator: " → ")
        values["relatives"] = relatives(of: trial)
        values["files"] = files(of: trial)
        values["failureCode"] = trial.failure?.code.rawValue
        if number > 0 { values["previous"] = address(of: TrialID(scenario: trial.id.scenario, number: number - 1)) }
        values["next"] = address(of: TrialID(scenario: trial.id.scenario, number: number + 1))
        return values
    }

    private static func text(_ value: Double, of name: String) -> String {
        value == value.rounded() && abs(value) < 1e15 ? Words.count(Int(value)) : Words.plain(value)
    }

    /// The trials that it was made from or continues.
    private static func relatives(of trial: Trial) -> [[String: Any]] {
        (trial.parents + [trial.purpose.source].compactMap { $0 }).filter { $0 < trial.id.number }.map {
            ["number": $0, "address": address(of: TrialID(scenario: trial.id.scenario, number: $0))]
        }
    }

    private static func files(of trial: Trial) -> [[String: Any]] {
        let name = "\(trial.id)".replacing("/", with: "-")
        var files: [(kind: String, digest: BlobDigest, ending: String)] =
            switch trial.artifact {
            case .network(let script, let weights)?:
                [("Network (TorchScript)", script, "pt"), ("Weights (safetensors)", weights, "safetensors")]
            case .tracker(let setup, let tracks)?: [("Setup", setup, "bin"), ("Tracks", tracks, "bin")]
            case nil: []
            }
        if let checkpoint = trial.checkpoint { files.append(("Checkpoint", checkpoint, "bin")) }
        return files.map { file in
            [
                "kind": file.kind, "address": Downloads.path(file.digest, file.ending, name: name),
                "file": "\(name).\(file.ending)", "digest": file.digest.hexadecimal,
            ]
        }
    }

    private static func values(_ task: QueuedTask) -> [String: Any] {
        var values: [String: Any] = [
            "id": task.id, "state": "\(task.state)", "attempts": task.attempt, "worker": task.worker,
            "updated": Words.clock(task.updated), "isDead": task.state == .dead,
        ]
        values["failure"] = task.failure?.description
        values["log"] = task.logTail.isEmpty ? nil : task.logTail
        return values
    }

    // MARK: - Curves

    /// One chart for each metric measured after epochs, with training and validation together.
    static func charts(_ events: [Event], _ trial: Trial) -> [[String: Any]] {
        var curves: [String: [String: [Double: Double]]] = [:]
        for event in events {
            guard event.kind == "task.progress", event.attributes["rank"] ?? "0" == "0",
                let step = event.attributes["step"].flatMap(Double.init)
            else { continue }
            for (name, value) in event.metrics where value.isFinite {
                let parts = name.split(separator: "-", maxSplits: 1).map(String.init)
                guard parts.count == 2, ["training", "validation"].contains(parts[0]) else { continue }
                // When another worker takes over a training, it repeats the epochs since the last checkpoint; the later
                // value counts.
                curves[parts[1], default: [:]][parts[0], default: [:]][step] = value
            }
        }
        return curves.sorted { $0.key < $1.key }.compactMap { name, splits in
            let series = splits.sorted { $0.key > $1.key }.map { split, values in
                let points = values.sorted { $0.key < $1.key }.map {
                    Chart.Point(
                        x: $0.key, y: $0.value, title: "\(split), epoch \(Int($0.key)): \(Words.plain($0.value))")
                }
                return Chart.Series(
                    style: split == "validation" ? "s1" : "muted", mark: points.count == 1 ? .dots : .line,
                    points: points)
            }
            let chart = Chart(
                label: "\(name) over epochs", xTitle: "epoch", yTitle: name, series: series, xText: Words.countTick)
            return chart.svg().map { ["name": name, "drawing": $0] }
        }
    }
}
