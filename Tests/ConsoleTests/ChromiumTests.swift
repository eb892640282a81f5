import Answers
import ConsoleSupport
import DesignerClient
import Foundation
import Model
import RegistryClient
import ServiceClient
import ServingSupport
import TestSupport
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: Chromium.program != nil, Comment(rawValue: Chromium.reason)))
struct ChromiumTests {
    @Test func `every page renders in light and dark, wide and narrow, without browser errors`()
        async throws
    {
        try await ConsoleCluster.run { cluster in
            let id = try await cluster.publish("many", trials: 300)
            let other = try await cluster.publish("other", trials: 20)
            try await Chromium.open { browser in
                for path in [
                    "/", "/zoo", "/brain?stimuli=see+faces", "/scenarios", "/scenarios/\(id)",
                    "/scenarios/\(id)/trials/3",
                    "/scenarios/\(id)?view=brain", "/scenarios/\(id)?view=file", "/scenarios/\(id)?view=compare",
                    "/compare/scenarios?id=\(id)&id=\(other)", "/events", "/docs",
                    "/docs/scenario-reference",
                ] {
                    for (isDark, width) in [(false, 1280), (true, 1280), (false, 390), (true, 390)] {
                        try await browser.show(isDark: isDark, width: width)
                        try await browser.go(to: cluster.page(path))
                        let overflow = try await browser.evaluate(
                            "document.documentElement.scrollWidth - document.documentElement.clientWidth")
                        #expect(overflow == "0", "\(path) is wider than \(width)")
                        let paper = try await browser.evaluate("getComputedStyle(document.body).backgroundColor")
                        #expect(paper == (isDark ? "rgb(22, 21, 27)" : "rgb(247, 245, 241)"))
                    }
                }
                #expect(browser.complaints.isEmpty, "\(browser.complaints)")
            }
        }
    }

    @Test func `a model's pages fit every screen, and dropped files are answered in place`() async throws {
        let folder = try TemporaryDirectory()
        try AnswerPageTests.file().write(to: folder.path("answers.safetensors"))
        let made = try MadePackage.of(["photo"])
        try await ConsoleCluster.run([.registry]) { cluster in
            let registry = try cluster.registry
            let answers = try await registry.upload(file: folder.file("answers.safetensors"))
            for id in ["one", "two"] { try await made.register(as: id, with: registry, answers: answers) }
            let picture = try Data(contentsOf: made.folder.file("p0.ppm")).base64EncodedString()
            try await Chromium.open { browser in
                for (name, path) in [
                    ("model", "/models/one"), ("answers", "/models/one?view=answers"),
                    ("cell", "/models/one?view=answers&truth=0&answer=2"), ("predict", "/models/one?view=predict"),
                    ("models", "/compare/models?id=one&id=two"),
                ] {
                    for (isDark, width) in [(false, 1280), (true, 1280), (false, 390), (true, 390)] {
                        try await browser.show(isDark: isDark, width: width)
                        try await browser.go(to: cluster.page(path))
                        let overflow = try await browser.evaluate(
                            "document.documentElement.scrollWidth - document.documentElement.clientWidth")
                        #expect(overflow == "0", "\(path) is wider than \(width)")
                        try await browser.keepPicture("\(name)-\(width)-\(isDark ? "dark" : "light")")
                    }
                }
                try await browser.go(to: cluster.page("/models/one?view=predict"))
                // Like the browser when a person drops a file on the form.
                _ = try await browser.evaluate(
                    """
                    (() => {
                        const bytes = Uint8Array.from(atob("\(picture)"), letter => letter.charCodeAt(0));
                        const dropped = new DataTransfer();
                        dropped.items.add(new File([bytes], "p0.ppm"));
                        document.querySelector("[data-drop]").dispatchEvent(
                            new DragEvent("drop", {dataTransfer: dropped, bubbles: true, cancelable: true}));
                    })()
                    """)
                // While the page is being replaced by its answer, nothing can be evaluated.
                var text = ""
                while text.isEmpty {
                    text =
                        (try? await browser.evaluate("document.querySelector('#predictions')?.textContent ?? ''")) ?? ""
                }
                let answer = try made.answers()[0]
                let best = answer[0] > answer[1] ? 0 : 1
                #expect(text.contains("p0.ppm") && text.contains(["even", "odd"][best]), "\(text)")
                #expect(text.contains(String(format: "%.1f %%", Double(answer[best]) * 100)), "\(text)")
                try await browser.keepPicture("dropped")
                #expect(browser.complaints.isEmpty, "\(browser.complaints)")
            }
        }
    }

    @Test func `a form's input determines what the page shows`() async throws {
        try await ConsoleCluster.run { cluster in
            let id = try await cluster.publish("typed", trials: 30)
            try await Chromium.open { browser in
                try await browser.go(to: cluster.page("/scenarios/\(id)"))
                _ = try await browser.evaluate(
                    """
                    (document.querySelector("#trials form").elements.text.value = "no such & network, +1",
                        document.querySelector("#trials form").requestSubmit(), "")
                    """)
                // While a page is being replaced by the next one, nothing can be evaluated.
                let isThere = "location.search.includes('text=') && document.readyState === 'complete'"
                while (try? await browser.evaluate(isThere)) != "true" {
                    try await Task.sleep(for: .milliseconds(20))
                }
                let typed = try await browser.evaluate("document.querySelector('#trials input[type=search]').value")
                #expect(typed == "no such & network, +1")
                let said = try await browser.evaluate("document.querySelector('#trials .empty').textContent")
                #expect(said.contains("No matching trials."))
            }
        }
    }

    @Test func `an inline script would not run`() async throws {
        try await ConsoleFixture.serve { plain in
            try await Chromium.open { browser in
                try await browser.go(to: plain.url)
                let ran = try await browser.evaluate(
                    """
                    new Promise(done => {
                        const script = document.createElement('script');
                        script.textContent = 'window.wasRun = true';
                        document.body.append(script);
                        setTimeout(() => done(window.wasRun === true), 0);
                    })
                    """)
                #expect(ran == "false")
                #expect(browser.complaints.contains { $0.contains("Content Security Policy") })
            }
        }
    }

    @Test func `a scenario's page follows its search without reloading`() async throws {
        try await ConsoleCluster.run([.registry, .designer, .trainer]) { cluster in
            let id = try await cluster.publish("live", trials: 0)
            try await Chromium.open { browser in
                try await browser.go(to: cluster.page("/scenarios/\(id)"))
                let before = try await browser.evaluate("document.querySelector('.pill').textContent")
                #expect(["queued", "running"].contains(before))
                _ = try await cluster.designer.cancel(id.text)
                let after = try await browser.evaluate(
                    Self.until("document.querySelector('.pill.cancelled')?.textContent"))
                #expect(after == "cancelled")
                #expect(browser.complaints.isEmpty, "\(browser.complaints)")
            }
        }
    }

    @Test func `new events appear at the top of their page`() async throws {
        try await ConsoleCluster.run([.registry, .designer]) { cluster in
            _ = try await cluster.publish("first", trials: 0)
            try await Chromium.open { browser in
                try await browser.go(to: cluster.page("/events?kind=scenario.published"))
                #expect(try await browser.evaluate("document.querySelectorAll('tbody tr').length") == "1")
                _ = try await cluster.publish("second", trials: 0)
                let top = try await browser.evaluate(
                    Self.until("document.querySelector('tbody tr.new')?.cells[3].textContent"))
                #expect(top == "second")
            }
        }
    }

    @Test func `pages work by keyboard, and regions show in all views at once`() async throws {
        try await ConsoleCluster.run([.registry]) { cluster in
            try await Chromium.open { browser in
                try await browser.go(to: cluster.page("/brain?area=vision"))
                try await browser.press("Tab")
                #expect(try await browser.evaluate("document.activeElement.className") == "skip")
                let lit = try await browser.evaluate(
                    """
                    (() => {
                        document.querySelector('.sagittal a.spot').focus();
                        return document.querySelectorAll('.spot.lit').length;
                    })()
                    """)
                #expect(lit == "3")
                try await browser.press("Enter")
                let address = try await browser.evaluate(
                    Self.until("location.search.startsWith('?region=') && document.querySelector('h1')?.textContent"))
                #expect(!address.isEmpty)
            }
        }
    }

    /// An expression that waits until another one has a value.
    private static func until(_ expression: String) -> String {
        """
        new Promise(done => {
            const look = () => { const value = \(expression); value ? done(value) : setTimeout(look, 10); };
            look();
        })
        """
    }
}
