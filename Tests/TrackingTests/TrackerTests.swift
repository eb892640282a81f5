import Model
import Testing

@testable import Tracking

struct TrackerTests {
    /// A person with constant velocity.
    private func walker(from left: Double, speed: Double, frame: Int, look: [Float] = [], score: Double = 0.9)
        -> Detection
    {
        Detection(
            box: Box(left: left + speed * Double(frame), top: 100, width: 40, height: 100), score: score,
            appearance: look)
    }

    private func tracks(_ choice: TrackerChoice, frames: Int, _ detections: (Int) -> [Detection]) -> [[TrackedBox]] {
        var tracker = choice.tracker()
        return (0..<frames).map { tracker.update(detections($0)) }
    }

    @Test(arguments: TrackerChoice.defaults)
    func `two people far apart keep their identities`(choice: TrackerChoice) {
        let frames = tracks(choice, frames: 30) { frame in
            [walker(from: 0, speed: 4, frame: frame), walker(from: 900, speed: -4, frame: frame)]
        }
        for boxes in frames.dropFirst(3) {
            #expect(boxes.count == 2 && Set(boxes.map(\.identity)) == [1, 2])
            #expect(boxes.first { $0.identity == 1 }.map { $0.box.left < 400 } == true)
        }
    }

    @Test(arguments: TrackerChoice.defaults)
    func `a single false alarm is never reported`(choice: TrackerChoice) {
        let frames = tracks(choice, frames: 20) { frame in
            [walker(from: 0, speed: 2, frame: frame)] + (frame == 10 ? [walker(from: 700, speed: 0, frame: 0)] : [])
        }
        #expect(frames.joined().allSatisfy { $0.identity == 1 })
    }

    @Test func `deep-sort recovers a person by appearance after a gap at which SORT fails`() {
        let look: [Float] = [1, 0, 0, 0]
        let hidden = 10..<25
        func frames(_ choice: TrackerChoice) -> [[TrackedBox]] {
            tracks(choice, frames: 40) { frame in
                hidden.contains(frame) ? [] : [walker(from: 0, speed: 3, frame: frame, look: look)]
            }
        }
        #expect(Set(frames(.deepSORT(.init())).joined().map(\.identity)) == [1])
        #expect(Set(frames(.sort(.init())).joined().map(\.identity)).count == 2)
    }

    @Test func `deep-sort does not give an identity to someone who looks different`() {
        let frames = tracks(.deepSORT(.init()), frames: 40) { frame in
            switch frame {
            case ..<10: [walker(from: 0, speed: 0, frame: frame, look: [1, 0])]
            case 10..<20: []
            default: [walker(from: 5, speed: 0, frame: frame, look: [0, 1])]
            }
        }
        let before = Set(frames[..<10].joined().map(\.identity))
        let after = Set(frames[20...].joined().map(\.identity))
        #expect(before.count == 1 && after.count == 1 && before.isDisjoint(with: after))
    }

    @Test func `uncertain detections continue a track but start none`() {
        let settings = ObservationCentricSORT.Settings()
        let frames = tracks(.observationCentric(settings), frames: 30) { frame in
            [
                walker(from: 0, speed: 2, frame: frame, score: frame < 10 ? 0.9 : 0.3),
                walker(from: 800, speed: 0, frame: frame, score: 0.3),
            ]
        }
        #expect(frames[25].map(\.identity) == [1])
        #expect(frames.joined().allSatisfy { $0.box.left < 400 })
    }

    @Test func `the gallery keeps the latest appearances and returns the nearest`() {
        var gallery = AppearanceGallery(limit: 2)
        #expect(gallery.distance(to: [1, 0]) == 2)
        gallery.add([1, 0])
        gallery.add([0, 1])
        #expect(abs(gallery.distance(to: [1, 0])) < 1e-6)
        gallery.add([0, -1])
        #expect(abs(gallery.distance(to: [1, 0]) - 1) < 1e-6)
    }

    @Test func `of detections that overlap too much the most confident one is kept`() {
        let filter = DetectionFilter(minimumScore: 0.2, maximumOverlap: 0.5)
        let left = filter([
            walker(from: 0, speed: 0, frame: 0, score: 0.5), walker(from: 4, speed: 0, frame: 0, score: 0.8),
            walker(from: 300, speed: 0, frame: 0, score: 0.1), walker(from: 600, speed: 0, frame: 0, score: 0.3),
        ])
        #expect(left.map(\.score) == [0.8, 0.3])
    }

    @Suite(.enabled(if: TrackingData.isHere, Comment(rawValue: TrackingData.reason)))
    struct OnRealSequences {
        private func score(_ choice: TrackerChoice) throws -> TrackingScore {
            let tracks = try TrackingData.publicDetections("MOT17-02-FRCNN").tracked(frames: 600, by: choice)
            return TrackingScore(
                try TrackingPair(truth: TrackingData.truth("MOT17-02-FRCNN"), results: tracks, rules: .mot17))
        }

        @Test(arguments: TrackerChoice.defaults)
        func `the same detections give the same tracks`(choice: TrackerChoice) throws {
            let detections = try TrackingData.publicDetections("MOT17-04-FRCNN")
            let first = detections.tracked(frames: 1050, by: choice)
            #expect(first.rows.count > 20_000)
            #expect(first.rows == detections.tracked(frames: 1050, by: choice).rows)
        }

        @Test func `the stronger associator keeps identities better than both others`() throws {
            let scores = try TrackerChoice.defaults.map(score)
            #expect(scores.allSatisfy { $0.clear.accuracy > 0.3 })
            #expect(scores[2].identity.f1 > max(scores[0].identity.f1, scores[1].identity.f1))
            #expect(scores[2].clear.switches < min(scores[0].clear.switches, scores[1].clear.switches))
        }
    }

    @Test(arguments: TrackerChoice.defaults)
    func `a setup survives its file`(_ tracker: TrackerChoice) throws {
        let setup = TrackingSetup(
            detector: "d", filter: DetectionFilter(minimumScore: 0.3, minimumHeight: 5, maximumOverlap: 0.7),
            tracker: tracker)
        #expect(try TrackingSetup(json: setup.json.utf8) == setup)
        #expect(try setup.json.contains("\"kind\" : \"\(tracker.name)\""))
        let unknown = try setup.json.replacing("\"\(tracker.name)\"", with: "\"x-sort\"")
        let failure = #expect(throws: Failure.self) { try TrackingSetup(json: unknown.utf8, of: "'s.json'") }
        #expect(failure?.message.contains("'s.json'") == true && failure?.message.contains("x-sort") == true)
    }
}
