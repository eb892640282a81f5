import DesignerClient
import Foundation
import Model
import Presentation
import RegistryClient
import Search
import Tracking
import TrackingSearch

/// The outcome of a tracking scenario: its tables, and the winner's files.
struct TrackingOutcome {
    private let status: ScenarioStatus
    private let trials: [Trial]
    private let facts: ScenarioFacts

    /// Nil if the scenario is not a tracking scenario.
    init?(_ status: ScenarioStatus, _ trials: [Trial]) {
        guard let facts = status.facts, facts.task == .tracking else { return nil }
        (self.status, self.trials, self.facts) = (status, trials, facts)
    }

    /// The tables of the search.
    func report() throws -> String {
        let space = try TrackingSpace(detectors: facts.detectors)
        let measured = try trials.filter { !$0.purpose.isFinal }.compactMap { trial -> TrackingReport.Trial? in
            guard let value = trial.objective else { return nil }
            return .init(
                number: trial.id.number, setup: space.candidate(try Genome(trial.genome)),
                isFixed: trial.purpose == .baseline, value: value, metrics: trial.metrics)
        }
        return TrackingReport(
            trials: measured, heldOut: facts.heldOut, objective: status.objective.name
        ).text
    }

    /// Fetches the winner's setup and tracks.
    /// - Returns: The file with the setup, and the folder with the tracks.
    func fetch(into folder: String, from registry: RegistryClient) async throws -> (setup: URL, tracks: URL)? {
        guard let (setup, tracks) = status.best?.tracker else { return nil }
        let place = try Download.folder(folder)
        let name = "\(fileName(status.name))-\(status.id)"
        let setupFile = place.appending(path: "\(name).json")
        try await registry.download(setup, to: setupFile)
        let archive = place.appending(path: "\(name).tracks")
        try await registry.download(tracks, to: archive)
        let tracksFolder = place.appending(path: "\(name)-tracks")
        for (information, file) in try TrackingArchive(opening: archive.path).tracks() {
            try file.write(to: tracksFolder.appending(path: "\(fileName(information.name)).txt").path)
        }
        return (setupFile, tracksFolder)
    }
}

/// A row of `gyrus result` for a tracking scenario.
struct TrackingTrialRow: Listable {
    let trial: Int
    let isWinner: Bool
    let state, setup, genome, origin: String
    let metrics: [String: Double]
    let failure: String?

    init(_ trial: Trial, isWinner: Bool) {
        self.trial = trial.id.number
        self.isWinner = isWinner
        state = "\(trial.state)"
        setup = trial.networkName
        genome = trial.genome
        origin = trial.origin
        metrics = trial.metrics
        failure = trial.failure?.message
    }

    static let columns = ["TRIAL", "SETUP", "ORIGIN", "IDF1", "IDSW", "MOTA", "HOTA", "HELD-OUT IDF1", "STATE"]
    static let dispensable = ["ORIGIN", "HOTA", "MOTA", "IDSW"]

    var name: String { "\(trial)" }
    var row: [String] {
        let scores = TrackingMetrics(metrics)
        let hidden = TrackingMetrics(metrics, of: .heldOut)
        return [
            "\(trial)", setup, origin, Figures.percent(scores?.idf1), scores.map { "\(Int($0.switches))" } ?? "–",
            Figures.percent(scores?.mota), Figures.percent(scores?.hota), Figures.percent(hidden?.idf1),
            isWinner ? "\(state), winner" : failure.map { "\(state): \($0)" } ?? state,
        ]
    }
}
