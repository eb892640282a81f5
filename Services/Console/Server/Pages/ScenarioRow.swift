import DesignerClient
import Foundation
import Model
import Presentation

/// Template values of one row in lists of scenarios or trials.
enum ScenarioRow {
    static func values(_ status: ScenarioStatus) -> [String: Any] {
        [
            "id": status.id.text, "name": status.name, "state": status.state.description,
            "isRunning": status.state == .running, "published": Words.clock(status.published),
            "publishedTime": Words.time(status.published), "ended": status.endedTrials, "trials": status.trials,
            "progress": status.trials > 0 ? min(100, status.endedTrials * 100 / status.trials) : 0,
            "best": status.best.map { Words.worth($0.objective, of: status.objective) } ?? "–",
            "network": status.best?.networkName ?? "",
        ]
    }

    static func values(_ trial: Trial, of metric: Metric, best: Int?, models: ModelLinks) -> [String: Any] {
        let test = metric.name(on: "test")
        let figure = { (name: String, text: (Double) -> String) in trial.metrics[name].map(text) ?? "–" }
        var values: [String: Any] = [
            "number": trial.id.number, "network": trial.networkName, "origin": trial.origin,
            "state": trial.state.description, "isBest": trial.id.number == best, "isFinal": trial.purpose.isFinal,
            "objective": Words.worth(trial.objective, of: metric),
            "test": Words.value(trial.metrics[test], of: metric, error: trial.metrics[Metric.error(of: test)]),
            "parameters": figure("parameters") { Words.count(Int($0)) },
            "latency": figure("latency-milliseconds") { "\(Words.plain($0)) ms" },
            "seconds": figure("seconds") { "\(Words.fixed($0, 1)) s" },
            "genome": trial.genome, "page": TrialPage.address(of: trial.id),
        ]
        values["failure"] = trial.failure?.message
        values["model"] = models.address(of: trial)
        return values
    }
}
