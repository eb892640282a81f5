import DesignerClient
import Foundation
import Hummingbird
import Model
import Networks
import Presentation
import RegistryClient
import ServiceClient

/// Scenarios or models side by side.
struct ComparisonPage: Sendable {
    /// Maximum number compared at a time.
    static let most = 8
    /// Maximum number of differing file lines listed.
    private static let mostLines = 80

    let backends: Backends
    let renderer: Renderer

    /// The identities chosen in the address.
    /// - Throws: `Failure` with code `invalid-argument` if there are too few or too many.
    private static func chosen(_ query: Query) throws -> [String] {
        let ids = query.choices("id")
        guard (2...most).contains(ids.count) else {
            throw Failure(.invalidArgument, "\(ids.count) selected; select 2 to \(most) to compare.")
        }
        return ids
    }

    /// A row of the table: what is compared, and one cell per column.
    private static func row(_ name: String, _ cells: [String], best: Set<Int> = []) -> [String: Any] {
        [
            "name": name,
            "cells": cells.enumerated().map {
                ["text": $0.element, "isBest": best.contains($0.offset)] as [String: Any]
            },
        ]
    }

    /// Indices of the best values; none if all are equal.
    private static func best(_ values: [Double?], _ metric: Metric) -> Set<Int> {
        let known = values.compactMap { $0.map(metric.utility) }
        guard let highest = known.max(), let lowest = known.min(), highest > lowest else { return [] }
        return Set(values.indices.filter { values[$0].map(metric.utility) == highest })
    }

    // MARK: Scenarios

    func scenarios(_ query: Query) async throws -> Response {
        let ids = try Self.chosen(query)
        let found = try await backends.ask(.designer) { backends in
            var found: [(ScenarioStatus, SearchProgress)] = []
            for id in ids {
                let status = try await backends.designer.scenario(id)
                found.append((status, try await backends.designer.progress(of: status.id.text, sample: 0)))
            }
            return found
        }
        let statuses = found.map(\.0)
        let lines = Self.differences(statuses.map(\.text))
        var values: [String: Any] = [
            "what": "Scenarios",
            "columns": statuses.map {
                ["name": $0.name, "note": $0.id.text, "address": "/scenarios/\($0.id)"]
            },
            "rows": Self.rows(statuses), "lines": lines, "hasLines": !lines.isEmpty,
            "legend": statuses.enumerated().map { ["style": "c\($0.offset)", "text": $0.element.name] },
        ]
        values["chart"] = Self.chart(found)
        return renderer.page("comparison", title: "Scenarios side by side", section: .scenarios, values)
    }

    private static func rows(_ statuses: [ScenarioStatus]) -> [[String: Any]] {
        func figure(_ name: String) -> [Double?] { statuses.map { $0.best?.metrics[name] } }
        let isComparable = Set(statuses.map(\.objective)).count == 1
        let metric = statuses[0].objective
        let worths = statuses.map { $0.best?.objective.map(metric.utility) }
        let test = statuses.map { status -> (value: Double?, error: Double?) in
            let name = status.objective.name(on: "test")
            return (status.best?.metrics[name], status.best?.metrics[Metric.error(of: name)])
        }
        return [
            row("State", statuses.map(\.state.description)),
            row("Method", statuses.map { $0.facts?.method.rawValue ?? "–" }),
            row("Trials", statuses.map { "\(Words.count($0.endedTrials)) of \(Words.count($0.trials))" }),
            row("Objective", statuses.map(\.objective.name)),
            row(
                "Validation", statuses.map { Words.worth($0.best?.objective, of: $0.objective) },
                best: isComparable ? best(worths, metric) : []),
            row(
                "Test",
                zip(statuses, test).map { Words.value($1.value, of: $0.objective, error: $1.error) },
                best: isComparable ? best(test.map(\.value), metric) : []),
            row("Network", statuses.map { $0.best?.networkName ?? "–" }),
            row("Parameters", figure("parameters").map { $0.map { Words.count(Int($0)) } ?? "–" }),
            row("Latency", figure(Scenario.Cost.latency.metric).map { $0.map { "\(Words.plain($0)) ms" } ?? "–" }),
            row(
                "Time",
                statuses.map { status in
                    status.ended.map { Words.span($0.timeIntervalSince(status.published)) } ?? "still running"
                }),
        ]
    }

    /// The best value so far over trials, one line per scenario.
    private static func chart(_ found: [(ScenarioStatus, SearchProgress)]) -> String? {
        let metric = found[0].0.objective
        guard found.allSatisfy({ $0.0.objective == metric }) else { return nil }
        return Chart(
            label: "Best so far, over trials", xTitle: "trial", yTitle: "validation \(metric.name)",
            series: found.enumerated().map { place, entry in
                let points = entry.1.records.map { record in
                    Chart.Point(
                        x: Double(record.number), y: metric.utility(of: record.objective),
                        title: "\(entry.0.name), trial \(record.number): \(Words.worth(record.objective, of: metric))")
                }
                return Chart.Series(style: "c\(place)", mark: points.count > 1 ? .steps : .dots, points: points)
            }, xText: Words.countTick, yText: { Words.tick($0, of: metric) }
        ).svg()
    }

    /// Lines that some of the files lack.
    static func differences(_ texts: [String]) -> [[String: Any]] {
        let lines = texts.map { text in
            text.split(whereSeparator: \.isNewline).map(String.init).filter { line in
                let content = line.trimmingPrefix { $0.isWhitespace }
                return !content.isEmpty && !content.hasPrefix("#")
            }
        }
        let sets = lines.map(Set.init)
        var seen: Set<String> = []
        let different = lines.joined().filter { line in
            seen.insert(line).inserted && !sets.allSatisfy { $0.contains(line) }
        }
        return different.prefix(mostLines).map { line in
            ["line": line, "cells": sets.map { ["mark": $0.contains(line) ? "✓" : ""] }] as [String: Any]
        }
    }

    // MARK: Models

    func models(_ query: Query) async throws -> Response {
        let ids = try Self.chosen(query)
        let found = try await backends.ask(.registry) { backends in
            var found: [(PretrainedModel, BaseNetwork)] = []
            for id in ids {
                let model = try await backends.registry.model(id)
                found.append((model, try await backends.registry.network(model.network)))
            }
            return found
        }
        let values: [String: Any] = [
            "what": "Models",
            "columns": found.map {
                ["name": $0.1.name, "note": $0.0.id, "address": ModelPage.address(of: $0.0.id)]
            },
            "rows": Self.facts(found) + Self.measurements(found.map(\.0)),
        ]
        return renderer.page("comparison", title: "Models side by side", section: .zoo, values)
    }

    private static func facts(_ found: [(PretrainedModel, BaseNetwork)]) -> [[String: Any]] {
        let models = found.map(\.0)
        return [
            row("Accuracy", models.map { Words.percent($0.accuracy) }, best: best(models.map(\.accuracy), .accuracy)),
            row("Data", models.map(\.dataset)),
            row("Areas", found.map { $0.1.areas.joined(separator: ", ") }),
            row("Category", found.map(\.1.category)),
            row("Parameters", found.map { Words.count($0.1.parameters) }),
            row("Operations", found.map { $0.1.operations > 0 ? Words.short(Double($0.1.operations)) : "–" }),
            row("Optimizer", models.map(\.optimizer)),
            row("Version", models.map { "\($0.version), stage \($0.stage.rawValue)" }),
            row("Registered", models.map { $0.created.map { Words.clock($0) } ?? "–" }),
        ]
    }

    private static func measurements(_ models: [PretrainedModel]) -> [[String: Any]] {
        let names = Set(models.flatMap(\.metrics.keys)).filter { !$0.hasSuffix("-error") }.sorted()
        return names.map { name in
            let values = models.map { $0.metrics[name] }
            let metric = ["validation-", "test-", "training-"].lazy
                .compactMap { name.hasPrefix($0) ? Metric(named: String(name.dropFirst($0.count))) : nil }.first
            let cells = models.map { model -> String in
                guard let value = model.metrics[name] else { return "–" }
                guard let metric else {
                    return value == value.rounded() && abs(value) < 1e15 ? Words.count(Int(value)) : Words.plain(value)
                }
                return Words.value(value, of: metric, error: model.metrics[Metric.error(of: name)])
            }
            return row(name.replacing("-", with: " "), cells, best: metric.map { best(values, $0) } ?? [])
        }
    }
}
