import ArgumentParser
import ConsoleSupport
import Foundation

/// How soon Chromium shows the console's pages where a scenario has many trials, and how much it loads for each.
///
/// The services and the console are the built executables beside this one; the browser keeps nothing between rounds.
struct ConsoleBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "First paint and weight of the console's pages, in Chromium.")

    @Option(help: "Trials of the scenario.")
    var trials = 10_000

    @Option(help: "How often each page is opened, each time with a new profile; the median and the slowest count.")
    var rounds = 5

    func run() async throws {
        try await ConsoleCluster.run { cluster in
            let id = try await cluster.publish("many", trials: trials)
            for path in ["/scenarios/\(id)", "/", "/zoo", "/brain", "/events"] { try await measure(path, cluster) }
        }
    }

    private func measure(_ path: String, _ cluster: ConsoleCluster) async throws {
        var paints: [Double] = []
        var bytes = 0.0
        for _ in 0..<rounds {
            try await Chromium.open { browser in
                try await browser.go(to: cluster.page(path))
                paints.append(try number(await browser.evaluate(Self.firstPaint)))
                bytes = try number(await browser.evaluate(Self.weight))
            }
        }
        paints.sort()
        print(
            "console, \(trials) trials, \(path): first paint after \(Int(paints[rounds / 2])) ms, slowest"
                + " \(Int(paints[rounds - 1])) ms; \(Int(bytes / 1000)) KB")
    }

    private func number(_ text: String) throws -> Double {
        guard let number = Double(text) else { throw ValidationError("the page answered '\(text)'") }
        return number
    }

    /// Milliseconds from the wish for a page until something of it shows.
    private static let firstPaint = """
        new Promise(done => new PerformanceObserver(list => done(list.getEntries()[0].startTime))
            .observe({type: 'paint', buffered: true}))
        """

    /// Bytes of the page and of all that it loaded, unpacked.
    private static let weight = """
        [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
            .reduce((sum, entry) => sum + entry.decodedBodySize, 0)
        """
}
