import ArgumentParser
import Foundation
import Model
import Presentation
import Search
import Tracking
import TrackingSearch

/// Searches for a tracker.
struct TrackSearch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search for the best detector, threshold, tracker and parameters on real sequences.",
        discussion: """
            The detections of detector D for sequence S are in DIR/D/S.txt (or DIR/D/S/det/det.txt). Sequences of MOT16 \
            and MOT17 with the same number are the same video. The first trials are the trackers with the settings from \
            their papers; the result is compared with each of them.

              gyrus track search --detections MOT17/tracker-outputs --gt MOT17/train
            """)

    @Option(name: .long, help: "Folder with one subfolder of detections per detector.")
    var detections: String

    @Option(name: .long, help: "Folder with the ground truth.")
    var gt: String

    @Option(name: .long, help: "Detectors to leave out, separated by commas.")
    var exclude: String?

    @Option(name: .long, help: "Held-out sequences, separated by commas.")
    var heldOut: String?

    @Option(name: .long, help: "Number of frames of each sequence to use, from the first one (default: all).")
    var frames: Int?

    @Option(name: .long, help: "Objective to maximize: idf1, mota or hota.")
    var objective = "idf1"

    @Option(name: .long, help: "Search method, as in a scenario: evolution, random …")
    var method = "evolution"

    @Option(name: .long, help: "Number of candidates to measure.")
    var trials = 200

    @Option(name: .long, help: "Population size.")
    var population = 12

    @Option(name: .long, help: "Seed of the search.")
    var seed: UInt64 = 7

    /// Maximum number of candidates of a search.
    private static let greatestTrials = 100_000

    func validate() throws {
        if let frames, frames < 1 { throw ValidationError("--frames must be 1 or more, not \(frames).") }
        guard (1...Self.greatestTrials).contains(trials), (2...Self.greatestTrials).contains(population) else {
            throw ValidationError("--trials must be from 1 and --population from 2 to \(Self.greatestTrials).")
        }
    }

    func run() async throws {
        guard let method = SearchMethod(rawValue: method) else {
            throw unknown("method", method, among: SearchMethod.allCases.map(\.rawValue))
        }
        guard let objective = TrackingObjective(rawValue: objective) else {
            throw unknown("objective", objective, among: TrackingObjective.allCases.map(\.rawValue))
        }
        let bench = try TrackingBench(
            truth: MOTFolder(gt, of: .groundTruth), detections: folders(), frames: frames)
        bench.repairs.forEach { say("repaired: \($0)") }
        let hidden = Set(SequenceNames(heldOut).names ?? [])
        if let wrong = hidden.subtracting(bench.names).sorted().first {
            throw unknown("sequence", wrong, among: bench.names)
        }
        let seen = Set(bench.names).subtracting(hidden)
        let search = try TrackingSearch(bench, objective: objective)
        let trials = try await search.run(method, trials: trials, population: population, seed: seed, on: seen) {
            say("\($0.number): \(objective.rawValue) \(Figures.percent($0.value))  \($0.candidate)  (\($0.origin))")
        }
        emit(try await report(trials, of: search, on: bench, hidden: hidden, objective).text)
    }

    /// The trials with their scores; trials that the report compares also have scores on the held-out sequences.
    private func report(
        _ trials: [TrackingSearch.Trial], of search: TrackingSearch, on bench: TrackingBench, hidden: Set<String>,
        _ objective: TrackingObjective
    ) async throws -> TrackingReport {
        var report = TrackingReport(trials: [], heldOut: hidden.sorted(), objective: objective.rawValue)
        let winner = trials.max { ($0.value, $1.number) < ($1.value, $0.number) }
        for trial in trials {
            let isFixed = search.defaults.contains(trial.candidate)
            let isShown = isFixed || trial.number == winner?.number
            let heldOut = try await bench.evaluate(trial.candidate, on: isShown ? hidden : [])
            report.trials.append(
                .init(
                    number: trial.number, setup: trial.candidate, isFixed: isFixed, value: trial.value,
                    metrics: TrackingMetrics.metrics(seen: trial.evaluation, heldOut: heldOut)))
        }
        return report
    }

    private func folders() throws -> [String: MOTFolder] {
        let excluded = Set(SequenceNames(exclude).names ?? [])
        var folders: [String: MOTFolder] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: detections)) ?? []
        where !excluded.contains(name) {
            var isFolder: ObjCBool = false
            let path = "\(detections)/\(name)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
                continue
            }
            folders[name] = try MOTFolder(path, of: .detections)
        }
        guard !folders.isEmpty else {
            throw Failure(.notFound, "There is no detector folder in '\(detections)'.")
        }
        return folders
    }

    private func unknown(_ what: String, _ name: String, among names: [String]) -> Failure {
        Failure(
            .invalidArgument,
            "there is no \(what) '\(name)'; use one of \(names.joined(separator: ", "))."
                + NearestName.question(name, among: names))
    }
}
