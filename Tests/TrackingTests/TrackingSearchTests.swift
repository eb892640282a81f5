import Foundation
import Model
import Search
import TestSupport
import Testing
import Tracking
import TrackingSearch

struct TrackingSearchTests {
    @Test func `the settings of the papers are points of the space`() throws {
        let space = try TrackingSpace(detectors: ["a", "b"])
        #expect(space.defaults.count == 6 && space.defaults.allSatisfy(space.space.contains))
        let candidates = space.defaults.map(space.candidate)
        #expect(candidates.map(\.tracker) == TrackerChoice.defaults + TrackerChoice.defaults)
        #expect(candidates.map(\.detector) == ["a", "a", "a", "b", "b", "b"])
        #expect(candidates.allSatisfy { $0.filter.minimumScore == 0 && $0.filter.maximumOverlap == 1 })
    }

    @Test func `only sequences with the same number are found`() throws {
        let folder = try TemporaryDirectory()
        for name in ["MOT17-02-FRCNN", "MOT17-04-DPM", "MOT17-04-SDP"] {
            _ = try folder.write("1,1,0,0,10,20,1\n".utf8, as: "\(name).txt")
        }
        let files = try MOTFolder(folder.url.path, of: .detections)
        #expect(files.sequence(like: "MOT16-02") == "MOT17-02-FRCNN")
        #expect(files.sequence(like: "MOT16-04") == nil && files.sequence(like: "MOT16-05") == nil)
        #expect(files.sequence(like: "MOT17-04-SDP") == "MOT17-04-SDP")
    }

    @Suite(.enabled(if: TrackingData.isHere, Comment(rawValue: TrackingData.reason)))
    struct OnRealSequences {
        private func bench() throws -> TrackingBench {
            let folders = try ["yolov8n_bytetrack", "ssd-mobilenet_sort"].map { name in
                (name, try MOTFolder(TrackingData.path("MOT17/tracker-outputs/\(name)"), of: .detections))
            }
            return try TrackingBench(
                truth: MOTFolder(TrackingData.path("MOT16/train"), of: .groundTruth),
                detections: Dictionary(uniqueKeysWithValues: folders))
        }

        @Test func `a search beats every fixed setting, and is reproducible by its seed`() async throws {
            let bench = try bench()
            #expect(bench.names == ["MOT16-02", "MOT16-04", "MOT16-05", "MOT16-10", "MOT16-11"])
            let search = try TrackingSearch(bench, objective: .idf1)
            func run() async throws -> [TrackingSearch.Trial] {
                try await search.run(.evolution, trials: 40, population: 8, seed: 3, on: ["MOT16-05"])
            }
            let trials = try await run()
            let fixed = trials.filter { search.defaults.contains($0.candidate) }
            #expect(fixed.count == 6 && trials.count == 40)
            let best = try #require(trials.map(\.value).max())
            #expect(try best > #require(fixed.map(\.value).max()))
            #expect(try await run().map(\.value) == trials.map(\.value))
        }

        @Test func `a candidate has the same score as its tracks in files`() async throws {
            let bench = try bench()
            let candidate = try TrackingSpace(detectors: bench.detectors)
            let genome = try #require(candidate.defaults.last)
            let measured = try await bench.evaluate(candidate.candidate(genome), on: ["MOT16-11"])
            let gyrus = try GyrusProgram()
            let output = try await gyrus.run([
                "track", "run", "--detections", TrackingData.path("MOT17/tracker-outputs/yolov8n_bytetrack"),
                "--sequences", "MOT17-11-FRCNN", "--tracker", "oc-sort", "--output", "tracks",
            ])
            #expect(output.status == 0, "\(output.err)")
            let tracks = try MOTFile(
                contentsOf: gyrus.folder.appending(path: "tracks/MOT17-11-FRCNN.txt").path, as: .results)
            let truth = try MOTFile(
                contentsOf: TrackingData.path("MOT16/train/MOT16-11/gt/gt.txt"), as: .groundTruth)
            let score = TrackingScore(try TrackingPair(truth: truth, results: tracks, rules: .mot17))
            // Files have two decimal places.
            #expect(abs(score.hota.score - measured.rows[0].score.hota.score) < 1e-4)
            #expect(score.clear.switches == measured.rows[0].score.clear.switches)
            try FileManager.default.removeItem(at: gyrus.folder)
        }
    }
}
