import ConsoleSupport
import DesignerClient
import Foundation
import Model
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(3))) struct TrackPageTests {
    private static let scenario = """
        scenario: follow
        stimuli: [people that move]
        task: tracking
        modalities:
          video: {dataset: mot16, detectors: [keen, dull], held-out: [MOT16-04]}
        search: {population: 4, trials: 8, seed: 3}
        """
    /// Maximum size in bytes of a page with all that it loads.
    private static let budget = 300_000

    /// A console with a completed tracker search.
    private func afterSearch(_ body: (ConsoleCluster) async throws -> Void) async throws {
        let data = try MadeSequences()
        try await ConsoleCluster.run { cluster in
            for service in ["trainer", "evaluator"] {
                _ = try cluster.fixture.start(
                    service, ["work"], name: "\(service)-work", environment: data.environment)
            }
            try await cluster.designer.publish(Self.scenario, file: "f.yaml", as: try ScenarioID("follow"))
            let status = try await cluster.designer.waitForEnd(of: "follow")
            try #require(status.state == .succeeded, "\(status.failure.map(\.message) ?? "")")
            try await body(cluster)
        }
    }

    @Test func `a tracking scenario shows its tables and the tracks of each sequence`() async throws {
        try await afterSearch { cluster in
            let page = try await cluster.browser.get("/scenarios/follow")
            #expect(page.status == 200 && page.text.contains("Published settings"))
            #expect(
                page.text.contains("href=\"/scenarios/follow/tracks?sequence=MOT16-04\"")
                    && page.text.contains("held out"))
            #expect(!page.text.contains("Learning curves") && page.text.contains("Best IDF1 so far"))
            let model = try await cluster.browser.get("/models/follow/8")
            #expect(model.status == 200 && model.text.contains("Tracker setup"))

            let tracks = try await cluster.browser.get("/scenarios/follow/tracks?sequence=MOT16-04&frame=30")
            let style = try await cluster.browser.get("/assets/style.css")
            let script = try await cluster.browser.get("/assets/console.js")
            #expect(tracks.status == 200 && tracks.text.contains("Frame 30 of \(MadeSequences.frames)"))
            #expect(tracks.body.count + style.body.count + script.body.count < Self.budget)
            // Every box of the frame has its number, and every person has a path through the sequence.
            #expect(
                tracks.text.matches(of: /<rect class="person/).count == tracks.text.matches(of: /<text class="t/).count)
            #expect(tracks.text.matches(of: /<rect class="person/).count >= 3)
            #expect(!tracks.text.contains("<script>") && !tracks.text.contains("style=\""))
            let frame = try await cluster.browser.get("/scenarios/follow/tracks/frame?sequence=MOT16-02&frame=60")
            #expect(frame.status == 200 && frame.text.hasPrefix("<svg") && !frame.text.contains("<html"))

            for (query, status) in [("frame=0", 400), ("frame=61", 400), ("sequence=none", 404)] {
                let answer = try await cluster.browser.get("/scenarios/follow/tracks?\(query)")
                #expect(answer.status == status, "\(query)")
            }
            let other = try await cluster.publish("few", trials: 3)
            let none = try await cluster.browser.get("/scenarios/\(other)/tracks")
            #expect(none.status == 404 && none.text.contains("has no tracks"))
        }
    }

    @Test(.enabled(if: Chromium.program != nil, Comment(rawValue: Chromium.reason)))
    func `tracks play, and the slider shows its frame`() async throws {
        try await afterSearch { cluster in
            try await Chromium.open { browser in
                try await browser.go(to: cluster.page("/scenarios/follow/tracks?sequence=MOT16-02&frame=10"))
                let scrubbed = try await browser.evaluate(
                    """
                    new Promise(done => {
                        const slider = document.querySelector("input[type=range]");
                        slider.value = 40;
                        slider.dispatchEvent(new Event("input"));
                        const look = () => document.querySelector("[data-frame]").textContent.includes("Frame 40 of")
                            ? done("40") : setTimeout(look, 10);
                        look();
                    })
                    """)
                #expect(scrubbed == "40")
                let played = try await browser.evaluate(
                    """
                    new Promise(done => {
                        document.querySelector("[data-play]").click();
                        const look = () => document.querySelector("[data-frame]").dataset.frame === "60"
                            ? done("60") : setTimeout(look, 10);
                        look();
                    })
                    """)
                #expect(played == "60")
                #expect(browser.complaints.isEmpty, "\(browser.complaints)")
            }
        }
    }
}
