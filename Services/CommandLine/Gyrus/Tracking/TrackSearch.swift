import ArgumentParser
import Foundation
import Model
import Search
import Tracking
import TrackingSearch

/// Searches a tracker.
struct TrackSearch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Search detector, threshold, tracker and its parameters on real sequences.",
        discussion: """
            Detections of the detector D for the sequence S are in DIR/D/S.txt (or DIR/D/S/det/det.txt). Sequences of MOT16 \
            and MOT17 with the same number are the same video. The first trials are the trackers with the settings of their \
            papers; the result is compared with each of them.

              gyrus track search --detections MOT17/tracker-outputs --gt MOT17/train
            """)

    @Option(name: .long, help: "Folder with a folder of detections for each detector.")
    var detections: String

    @Option(name: .long, help: "Folder with the ground truth.")
    var gt: String

    @Option(name: .long, help: "Detectors to leave out, separated by commas.")
    var exclude: String?

    @Option(name: .long, help: "Sequences that the search does not see, separated by commas.")
    var heldOut: String?

    @Option(name: .long, help: "How many frames of each sequence count, from the first one on (default: all).")
    var frames: Int?

    @Option(name: .long, help: "What to maximize: idf1, mota or hota.")
    var objective = "idf1"

    @Option(name: .long, help: "How candidates are proposed, as in a scenario: evolution, random …")
    var method = "evolution"

    @Option(name: .long, help: "How many candidates to measure.")
    var trials = 200

    @Option(name: .long, help: "Candidates in the population.")
    var population = 12

    @Option(name: .long, help: "Seed of the whole search.")
    var seed: UInt64 = 7

    /// Most candidates of a search.
    private static let greatestTrials = 100_000

    func validate() throws {
        if let frames, frames < 1 { throw ValidationError("--frames must be 1 or more, not \(frames).") }
        guard (1...Self.greatestTrials).contains(trials), (2...Self.greatestTrials).contains(population) else {
            throw ValidationError("--trials must be from 1, --population from 2 to \(Self.greatestTrials).")
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

    /// The trials with their figures; those that the report sets side by side also on sequences that the search never saw.
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
                    metrics: TrackingFigures.metrics(seen: trial.evaluation, heldOut: heldOut)))
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
            throw Failure(.notFound, "There is no folder of a detector in '\(detections)'.")
        }
        return folders
    }

    private func unknown(_ what: String, _ name: String, among names: [String]) -> Failure {
        Failure(
            .invalidArgument,
            "there is no \(what) '\(name)'; there are \(names.joined(separator: ", "))."
                + NearestName.question(name, among: names))
    }
}
