import ArgumentParser
import Foundation
import Glibc
import Model
import Tracking

/// Frames per second of deep-sort's association, compared with its Python program on the same detections in the same
/// run.
///
/// The detections are real: the benchmark's public ones, or another detector's. Frames of whole sequences are not
/// available, so appearances are synthetic: each person has its own direction, and each appearance deviates slightly
/// from it.
struct TrackingBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracking",
        abstract: "Measure association frames/s of deep-sort, compared with Python's, on the same detections."
    )

    @Option(help: "A Python that has deep-sort-realtime, as Tests/Benchmarks/peers prints it.")
    var python: String?

    @Option(help: "Folder with MOT17 (default: `mot` in $GYRUS_DATA or ../shared/data).")
    var data: String?

    @Option(help: "Name of the sequence.")
    var sequence = "MOT17-04-FRCNN"

    @Option(help: "Number of rounds, in which both sides take turns.")
    var rounds = 3

    @Option(help: "Number of values that describe an appearance.")
    var appearance = 128

    func run() async throws {
        let folder = try data ?? DataLocator().folder(of: "mot")
        let information = try SequenceInformation(contentsOf: "\(folder)/MOT17/train/\(sequence)/seqinfo.ini")
        let cached = try MOTFile(
            contentsOf: "\(folder)/MOT17/tracker-outputs/yolov8n_bytetrack/\(sequence).txt", as: .detections)
        let rows = cached.rows.map(described)
        let frames = Dictionary(grouping: rows, by: \.frame)
        let detections = (1...information.frames).map { frame in (frames[frame] ?? []).map(\.detection) }
        guard let python else {
            print("tracking: gyrus \(track(detections).rate.grouped) frames/s (no --python, so there is no comparison)")
            return
        }
        var comparison = Comparison("tracking, deep-sort on \(sequence)", unit: "frames", peer: "Python")
        var agreement = 0.0
        for _ in 0..<rounds {
            let theirs = try DeepSORTPeer.track(
                rows.flatMap(\.numbers), columns: 5 + appearance, frames: information.frames, python: python)
            let ours = track(detections)
            comparison.add(ours: ours.rate, theirs: theirs.rate)
            let pair = try TrackingPair(truth: theirs.tracks, results: ours.tracks, rules: .mot15)
            agreement = TrackingScore(pair).identity.f1
        }
        print("\(comparison.line); boxes with the same identity: \(String(format: "%.3f", agreement * 100)) %")
    }

    /// Tracks the detections; returns frames per second of processor time.
    private func track(_ detections: [[Detection]]) -> (rate: Double, tracks: MOTFile) {
        var tracker = DeepSORT()
        var told: [MOTRow] = []
        let start = clock()
        for (index, found) in detections.enumerated() {
            told += tracker.update(found).map { MOTRow(frame: index + 1, $0) }
        }
        let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
        return (Double(detections.count) / seconds, MOTFile(path: "ours", tracks: told))
    }

    private struct Described {
        let frame: Int
        let box: [Float]
        let appearance: [Float]

        var numbers: [Float] { [Float(frame)] + box + appearance }
        var detection: Detection {
            let numbers = box.map(Double.init)
            return Detection(
                box: Box(left: numbers[0], top: numbers[1], width: numbers[2], height: numbers[3]), score: 1,
                appearance: appearance)
        }
    }

    private func described(_ row: MOTRow) -> Described {
        var person = SplitMix64(seed: UInt64(bitPattern: Int64(row.identity)))
        var moment = SplitMix64(seed: UInt64(row.frame) &* 1_000_003 &+ UInt64(row.line))
        func number(_ generator: inout SplitMix64) -> Float { Float(generator.index(below: 2001)) / 1000 - 1 }
        let look = (0..<appearance).map { _ in number(&person) + 0.3 * number(&moment) }
        let box = [row.box.left, row.box.top, row.box.width, row.box.height].map(Float.init)
        return Described(frame: row.frame, box: box, appearance: look)
    }
}
