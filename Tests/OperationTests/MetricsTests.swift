import Foundation
import ServiceClient
import TestSupport
import Testing

/// What the services measure, as Prometheus reads it.
@Suite(.serialized, .timeLimit(.minutes(10))) struct MetricsTests {
    @Test(.enabled(if: Tool.promtool != nil, "promtool is not installed (Debian: prometheus)"))
    func `metrics of a service, of all services and of the console pass promtool`() async throws {
        let promtool = try #require(Tool.promtool)
        try await withProject { gyrus in
            #expect(try await gyrus.run(["up", "-d"]).status == 0)
            let scenario = gyrus.folder.appending(path: "tiny.yaml")
            try Data(tinyScenario(trials: 4).utf8).write(to: scenario)
            let run = try await gyrus.run(["publish", scenario.path, "--wait"])
            #expect(run.status == 0, "\(run.err)")

            let all = try await gyrus.run(["metrics"])
            #expect(all.status == 0, "\(all.err)")
            let address = try String(contentsOf: gyrus.folder.appending(path: "p/run/console.url"), encoding: .utf8)
            guard let curl = Tool("curl") else { try Test.cancel("there is no curl") }
            let metrics = try #require(URL(string: "/metrics", relativeTo: URL(string: String(address.dropLast()))))
            let console = try await curl.run("-s", metrics.absoluteString).out
            for text in [all.out, console] {
                let check = try await promtool.run("check", "metrics", input: text)
                #expect(check.status == 0 && check.out.isEmpty, "\(check.out)\(check.err)")
                #expect(text.contains("gyrus_events_total{service=\"designer\",kind=\"trial.finished\"} 5"))
                #expect(text.contains("gyrus_designer_scenarios{service=\"designer\",state=\"succeeded\"} 1"))
                #expect(text.contains("gyrus_queue_tasks{service=\"trainer\",state=\"queued\"} 0"))
                #expect(text.contains("gyrus_sqlite_transaction_duration_seconds_count{service=\"trainer\""))
                #expect(text.contains("gyrus_message_loop_lag_seconds_bucket{service=\"registry\",le=\"+Inf\"}"))
                for name in ServiceName.allCases { #expect(text.contains("gyrus_up{service=\"\(name)\"} 1")) }
            }
            // The list of metrics contains exactly what services measure.
            let names = Set(
                console.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }.map {
                    String($0.split(separator: " ")[2])
                })
            let silent: Set = [
                // Nothing was refused, nothing failed, and nothing is waiting.
                "gyrus_requests_refused_total", "gyrus_request_failures_total", "gyrus_queue_waiting_tasks",
                "gyrus_queue_oldest_waiting_seconds", "gyrus_queue_leases",
            ]
            #expect(names.subtracting(ServiceMetric.all.map(\.name)).isEmpty)
            #expect(Set(ServiceMetric.all.map(\.name)).subtracting(names).isSubset(of: silent))

            let last = try await gyrus.run(["stop", "evaluator"])
            #expect(last.status == 0)
            let rest = try await gyrus.run(["metrics"])
            #expect(rest.status == 69)
            #expect(rest.out.contains("gyrus_up{service=\"evaluator\"} 0"))
        }
    }

    @Test func `a service serves its metrics over HTTP on a port or a socket if configured`() async throws {
        try await ProcessFixture.run { fixture in
            let socket = fixture.directory.appending(path: "run/metrics.sock").path
            _ = try fixture.start("registry", ["--metrics", "unix:\(socket)"])
            while !FileManager.default.fileExists(atPath: socket) { try await Task.sleep(for: .milliseconds(20)) }
            guard let curl = Tool("curl") else { try Test.cancel("there is no curl") }
            let answer = try await curl.run("-s", "-i", "--unix-socket", socket, "http://localhost/metrics")
            #expect(answer.out.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8"))
            #expect(answer.out.contains("gyrus_registry_blobs 0\n"))
            #expect(answer.out.contains("gyrus_registry_entries{kind=\"networks\"}"))
            let other = try await curl.run(
                "-s", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", socket, "http://localhost/")
            #expect(other.out == "404")
        }
    }

    @Test(.enabled(if: Tool.promtool != nil, "promtool is not installed (Debian: prometheus)"))
    func `the exported alert rules and scrape configuration pass promtool`() async throws {
        let promtool = try #require(Tool.promtool)
        try await withProject { gyrus in
            let folder = gyrus.folder.appending(path: "monitoring")
            let export = try await gyrus.run(["export", "prometheus", "--output", folder.path])
            #expect(export.status == 0, "\(export.err)")
            let rules = folder.appending(path: "gyrus-alerts.yaml").path
            let check = try await promtool.run("check", "rules", rules)
            #expect(check.status == 0 && check.out.contains("rules found"), "\(check.out)\(check.err)")
            let configuration = try await promtool.run(
                "check", "config", folder.appending(path: "prometheus.yaml").path)
            #expect(configuration.status == 0, "\(configuration.out)\(configuration.err)")
            // Every metric in a rule or on the dashboard exists in a service.
            let board = try String(contentsOf: folder.appending(path: "gyrus-board.json"), encoding: .utf8)
            let text = try String(contentsOfFile: rules, encoding: .utf8) + board
            let known = ServiceMetric.all.map(\.name)
            for match in text.matches(of: /gyrus_[a-z_]+[a-z]/) {
                let name = String(match.output)
                #expect(known.contains(name) || known.contains { name == "\($0)_bucket" }, "\(name)")
            }
            for name in known { #expect(board.contains(name)) }
        }
    }

    @Test(arguments: ["nonsense", "127.0.0.1", "127.0.0.1:99999", "unix:relative"])
    func `an invalid address for metrics is refused before the service starts`(address: String) async throws {
        try await ProcessFixture.run { fixture in
            let registry = try fixture.start("registry", ["--metrics", address])
            #expect(await registry.end() == 78)
            let log = try String(contentsOf: registry.log, encoding: .utf8)
            #expect(log.contains("--metrics: '\(address)' is not an address for metrics"))
        }
    }

    @Test func `a JSON log has one object per line, with the scenario and the trial of a task`() async throws {
        try await withProject(environment: ["GYRUS_LOG_FORMAT": "json"]) { gyrus in
            #expect(try await gyrus.run(["up", "-d"]).status == 0)
            let scenario = gyrus.folder.appending(path: "tiny.yaml")
            try Data(tinyScenario(trials: 4).utf8).write(to: scenario)
            let run = try await gyrus.run(["publish", scenario.path, "--wait", "--id", "my-scenario"])
            #expect(run.status == 0, "\(run.err)")
            func records(_ service: String) async throws -> [[String: String]] {
                try await gyrus.run(["logs", "--no-log-prefix", service]).out.split(separator: "\n").map { line in
                    try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
                }
            }
            let task = try #require(
                try await records("trainer-worker").first { $0["task"]?.hasSuffix("/1/train") == true })
            #expect(task["scenario"] == "my-scenario" && task["trial"] == "1")
            #expect(task["service"] == "trainer-worker" && task["level"] == "info")
            let published = try await records("designer").first { $0["message"] == "scenario.published" }
            #expect(published?["scenario"] == "my-scenario")
            // Every process of a project writes such lines.
            for service in [
                "registry", "knowledge", "trainer", "evaluator", "designer-worker", "evaluator-worker", "console",
            ] {
                let own = try await records(service)
                #expect(!own.isEmpty && own.allSatisfy { $0["service"] != nil && $0["time"] != nil }, "\(service)")
            }
        }
    }
}
