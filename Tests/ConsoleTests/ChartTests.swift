import Foundation
import Model
import Networks
import Presentation
import Testing

@testable import ConsoleServer

@Suite struct ChartTests {
    @Test func `there is no chart without values`() {
        #expect(Chart(label: "", xTitle: "", yTitle: "", series: []).svg() == nil)
        #expect(BarChart(label: "", bars: []).svg() == nil)
    }

    @Test(arguments: [[5.0], [5, 5], [-1, 0, 1], [1e-9, 1e12], [.nan, 3], [.infinity, 1]])
    func `dots stay on the paper for any values`(_ values: [Double]) throws {
        let points = values.filter(\.isFinite).map { Chart.Point(x: $0, y: $0) }
        let svg = try #require(
            Chart(label: "l", xTitle: "x", yTitle: "y", series: [.init(style: "s1", mark: .dots, points: points)]).svg()
        )
        for match in svg.matches(of: /cx="(-?[0-9.]+)" cy="(-?[0-9.]+)"/) {
            #expect((58...626).contains(try #require(Double(match.1))))
            #expect((14...256).contains(try #require(Double(match.2))))
        }
    }

    @Test func `axes have round values`() {
        #expect(Scale([0, 100], from: 0, to: 1).ticks(5).map { $0.rounded() } == [0, 20, 40, 60, 80, 100])
        #expect(Scale([1000, 1_000_000], from: 0, to: 1, isLogarithmic: true).ticks(5).first == 1000)
        #expect(Scale([0, 2], from: 0, to: 1).ticks(6).map(Words.countTick) == ["0", "", "1", "", "2"])
    }

    @Test func `labels are text, never markup`() throws {
        let svg = try #require(
            BarChart(label: "<b>", bars: [.init(name: "<script>", value: 1, text: "\"&'")]).svg())
        #expect(!svg.contains("<script>") && !svg.contains("<b>"))
        #expect(svg.contains("&lt;script&gt;") && svg.contains("&quot;&amp;&#39;"))
    }

    @Test func `an architecture has a box for each step, with branches side by side`() throws {
        let network = NetworkDescription(
            name: "two",
            inputs: [.init(name: "image", shape: [1, 28, 28]), .init(name: "audio", shape: [1, 28, 28])],
            layers: [
                Layer("a", .convolution(Convolution(channels: 4, kernel: 3)), from: "image"),
                Layer("b", .leakyRelu(), from: "a"),
                Layer("c", .convolution(Convolution(channels: 4, kernel: 3)), from: "audio"),
                Layer("d", .concatenation, from: ["b", "c"]), Layer("e", .flatten, from: "d"),
                Layer("f", .linear(features: 10), from: "e"),
            ])
        let svg = try #require(ArchitectureDrawing(try ArchitectureGraph(network)).svg())
        #expect(svg.matches(of: #/<g class="box /#).count == 6)
        #expect(svg.matches(of: #/class="edge"/#).count == 5)
        #expect(svg.contains("leaky ReLU") && svg.contains("4×28×28"))
        let places = svg.matches(of: /<rect x="([0-9.]+)" y="([0-9.]+)"/).map { "\($0.1) \($0.2)" }
        #expect(Set(places).count == 6)
    }

    @Test func `numbers are formatted for people`() {
        #expect(Words.count(1_234_567) == "1\u{202F}234\u{202F}567")
        #expect(Words.count(-123) == "-123")
        #expect(Words.short(41_222) == "41.2 k")
        #expect(Words.bytes(999) == "999 B")
        #expect(Words.bytes(3_200_000) == "3.2 MB")
        #expect(Words.plain(100) == "100")
        #expect(Words.percent(nil) == "–")
        #expect(Words.span(130) == "2 m 10 s")
    }
}

@Suite struct WorkerPaceTests {
    private func report(_ subject: String, rank: Int, rate: Double, attempt: Int = 1) -> Event {
        Event(
            sequence: 1, time: Date(), service: "trainer", kind: "task.progress", subject: subject,
            attributes: [
                "step": "1", "rank": "\(rank)", "worker": "w\(rank)", "attempt": "\(attempt)",
                "metric.samples-per-second": "\(rate)", "metric.idle-share": "0.25",
            ])
    }

    /// The ranks that are shown after some reports of one training, each a rank and its attempt.
    private func ranks(after reports: [(rank: Int, attempt: Int)]) -> [Int]? {
        let events = reports.map { report("s/1/train", rank: $0.rank, rate: 1, attempt: $0.attempt) }
        return WorkerPace.latest(of: events, scenario: "s")?.workers.map(\.rank)
    }

    @Test func `workers of the training that reported last are shown by rank, in their latest state`() throws {
        let events = [
            report("s/1/train", rank: 0, rate: 5), report("s/2/train", rank: 1, rate: 100),
            report("s/2/train", rank: 0, rate: 200), report("s/2/train", rank: 1, rate: 300),
            report("other/9/train", rank: 0, rate: 1),
        ]
        let pace = try #require(WorkerPace.latest(of: events, scenario: "s"))
        #expect(pace.trial == 2)
        #expect(pace.workers.map(\.name) == ["w0", "w1"])
        #expect(pace.workers.map { $0.metrics["samples-per-second"] } == [200, 300])
        #expect(WorkerPace.latest(of: events, scenario: "t") == nil)
    }

    @Test func `trainings that report alternately keep all their workers`() throws {
        let events = [
            report("s/1/train", rank: 0, rate: 10), report("s/2/train", rank: 0, rate: 20),
            report("s/1/train", rank: 1, rate: 11), report("s/2/train", rank: 1, rate: 21),
            report("s/1/train", rank: 0, rate: 12),
        ]
        let pace = try #require(WorkerPace.latest(of: events, scenario: "s"))
        #expect(pace.trial == 1)
        #expect(pace.workers.map { $0.metrics["samples-per-second"] } == [12, 11])
    }

    @Test func `a worker that a training has continued without is not shown`() {
        let four = (0..<4).map { (rank: $0, attempt: 1) }
        let three = (0..<3).map { (rank: $0, attempt: 2) }
        #expect(ranks(after: four) == [0, 1, 2, 3])
        #expect(ranks(after: four + three) == [0, 1, 2])
        #expect(ranks(after: four + three.reversed()) == [0, 1, 2])
        // One that fills an empty rank begins a new attempt, and the others continue theirs.
        #expect(ranks(after: four + [(rank: 3, attempt: 2), (rank: 0, attempt: 1)]) == [0, 1, 2, 3])
    }

    @Test func `a worker that left is not shown, nor are those from before a pause`() throws {
        let left = Event(
            sequence: 1, time: Date(), service: "trainer", kind: "task.left", subject: "s/1/train",
            attributes: ["rank": "1", "worker": "w1", "attempt": "1", "reason": "silence"])
        let reports = (0..<3).map { report("s/1/train", rank: $0, rate: 1, attempt: 4) }
        let pace = try #require(WorkerPace.latest(of: reports + [left], scenario: "s"))
        #expect(pace.workers.map(\.rank) == [0, 2])
        let more = (0..<2).map { report("s/1/train-2", rank: $0, rate: 1) }
        let later = try #require(WorkerPace.latest(of: reports + more, scenario: "s"))
        #expect(later.workers.map(\.rank) == [0, 1])
    }
}

@Suite struct LearningCurveTests {
    private func report(_ subject: String, _ epoch: Int, _ accuracy: String, sequence: UInt64 = 1) -> Event {
        Event(
            sequence: sequence, time: Date(), service: "trainer", kind: "task.progress", subject: subject,
            attributes: ["step": "\(epoch)", "metric.validation-accuracy": accuracy])
    }

    @Test func `reports of one scenario make its curves`() {
        let curves = LearningCurve.curves(
            of: [
                report("s/0/train", 1, "0.5"), report("s.1/1/train", 1, "0.4"), report("s/0/train", 2, "0.6"),
                report("s2/0/train", 1, "0.9"), report("s/0/evaluate", 1, "0.9"), report("s/2/train", 1, "nan"),
            ], scenario: "s", metric: .accuracy)
        #expect(curves.map(\.trial) == [1, 0])
        #expect(curves[1].points == [.init(epoch: 1, value: 0.5), .init(epoch: 2, value: 0.6)])
    }

    @Test func `a training that was taken over shows each epoch once`() {
        let curves = LearningCurve.curves(
            of: [(1, "0.5"), (2, "0.6"), (3, "0.7"), (2, "0.65"), (3, "0.75")].map { report("s/0/train", $0.0, $0.1) },
            scenario: "s", metric: .accuracy)
        #expect(curves.first?.points.map(\.value) == [0.5, 0.65, 0.75])
    }
}
