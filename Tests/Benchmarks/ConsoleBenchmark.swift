import ArgumentParser
import ConsoleSupport
import Foundation

/// How quickly Chromium shows the console's pages for a scenario with many trials, and how much each page loads.
///
/// The services and the console are the built executables next to this one; the browser caches nothing between rounds.
struct ConsoleBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "Measure first paint and size of the console's pages in Chromium.")

    @Option(help: "Number of trials of the scenario.")
    var trials = 10_000

    @Option(
        help:
            "Number of times that each page is opened, with a new profile each time; the median and the slowest are printed."
    )
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

    /// Milliseconds from the request for a page until something of it shows.
    private static let firstPaint = """
        new Promise(done => new PerformanceObserver(list => done(list.getEntries()[0].startTime))
            .observe({type: 'paint', buffered: true}))
        """

    /// Uncompressed size in bytes of the page and everything that it loads.
    private static let weight = """
        [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
            .reduce((sum, entry) => sum + entry.decodedBodySize, 0)
        """
}
