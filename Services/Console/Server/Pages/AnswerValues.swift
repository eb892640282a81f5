import Answers
import Model
import Presentation

/// Template values for a model's answers on test samples.
struct AnswerValues {
    /// Up to this many classes get a matrix; with more, the most frequent mistakes are listed.
    private static let mostClasses = 40
    /// Maximum number of mistakes listed.
    private static let mostMistakes = 40
    /// Samples per page.
    private static let pageSize = 24
    /// Maximum number of answers named for a sample.
    private static let mostNamed = 3
    /// Maximum number of dots in a chart.
    private static let dots = 1_000

    let answers: JudgedAnswers
    let model: String
    let digest: BlobDigest
    let choice: AnswerChoice
    let page: Int
    /// Inputs whose pictures have their lowest row first: spectrograms, which people read from the lowest tone up.
    let upsideDown: Set<String>

    private var file: AnswerFile { answers.file }
    private var names: [String] { file.target.names }

    /// - Parameter manifest: What the network reads; nil if unknown.
    init(
        _ answers: JudgedAnswers, of model: String, digest: BlobDigest, _ manifest: DatasetManifest?, _ query: Query
    ) throws {
        upsideDown = Set(
            (manifest?.inputs ?? [:]).filter { _, input in
                guard case .sound(let sound) = input.preparation else { return false }
                return sound.side == nil
            }.keys)
        self.answers = answers
        self.model = model
        self.digest = digest
        choice = try AnswerChoice(query, answers.file.target)
        page = try query.number("page", default: 1, in: 1...1_000_000)
    }

    var values: [String: Any] {
        let rows = answers.rows(choice)
        let pages = max(1, (rows.count + Self.pageSize - 1) / Self.pageSize)
        let shown = rows.dropFirst((page - 1) * Self.pageSize).prefix(Self.pageSize)
        var values: [String: Any] = [
            "kept": Words.amount(file.samples.count, "test sample"), "isPart": file.samples.count < file.count,
            "whole": Words.count(file.count), "samplesTitle": title(rows.count),
            "samples": shown.map(sample), "hasSamples": !shown.isEmpty, "isChosen": choice != .all,
            "all": address([:]) + "#samples", "page": page, "pages": pages, "isOne": pages == 1,
        ]
        if page > 1 { values["previous"] = address(place, page: page - 1) + "#samples" }
        if page < pages { values["next"] = address(place, page: page + 1) + "#samples" }
        values["confusion"] = confusion
        values["mistakes"] = mistakes
        values["labels"] = labels
        values["hasLabels"] = labels != nil
        values["scatter"] = scatter
        values["calibration"] = reliability
        values["calibrationError"] = answers.calibrationError.map { Words.fixed($0 * 100, 2) }
        values["importance"] = importance
        return values
    }

    // MARK: Addresses

    private var place: [String: String] {
        switch choice {
        case .all: [:]
        case .pair(let truth, let answer): ["truth": "\(truth)", "answer": "\(answer)"]
        case .label(let label, let outcome): ["label": "\(label)", "outcome": outcome.rawValue]
        }
    }

    private func address(_ place: [String: String], page: Int = 1) -> String {
        let values = place.merging(["view": "answers", "page": "\(page)"]) { $1 }
        return Query(values.filter { $0.key != "page" || page > 1 }).address(ModelPage.address(of: model))
    }

    private func title(_ count: Int) -> String {
        switch choice {
        case .all: return "Worst answers"
        case .pair(let truth, let answer) where truth == answer:
            return "\(names[truth]), answered correctly: \(Words.amount(count, "sample"))"
        case .pair(let truth, let answer):
            return "\(names[truth]), answered \(names[answer]): \(Words.amount(count, "sample"))"
        case .label(let label, let outcome):
            return "\(names[label]) \(outcome.rawValue): \(Words.amount(count, "sample"))"
        }
    }

    // MARK: Mistakes

    private var confusion: [String: Any]? {
        guard !answers.confusion.isEmpty, names.count <= Self.mostClasses else { return nil }
        return [
            "names": names.map { ["name": $0] },
            "rows": answers.confusion.enumerated().map { truth, counts in
                let total = max(1, counts.reduce(0, +))
                return [
                    "name": names[truth],
                    "cells": counts.enumerated().map { answer, count in
                        cell(count, share: Double(count) / Double(total), truth: truth, answer: answer)
                    },
                    "recall": counts.reduce(0, +) > 0
                        ? Words.fixed(Double(counts[truth]) / Double(total) * 100, 1) : "–",
                ] as [String: Any]
            },
        ]
    }

    private func cell(_ count: Int, share: Double, truth: Int, answer: Int) -> [String: Any] {
        let level = count == 0 ? 0 : max(1, Int((share * 9).rounded(.up)))
        var values: [String: Any] = [
            "count": count == 0 ? "" : Words.count(count),
            "style":
                "h\(level)\(truth == answer ? " right" : "")\(choice == .pair(truth: truth, answer: answer) ? " chosen" : "")",
        ]
        if count > 0 {
            values["address"] = address(["truth": "\(truth)", "answer": "\(answer)"]) + "#samples"
            values["label"] = "\(names[truth]) answered \(names[answer]): \(count)"
        }
        return values
    }

    /// The most frequent mistakes, if there are too many classes for a matrix.
    private var mistakes: [[String: Any]]? {
        guard names.count > Self.mostClasses, !answers.confusion.isEmpty else { return nil }
        let pairs = answers.confusion.enumerated().flatMap { truth, counts in
            counts.enumerated().filter { $0.offset != truth && $0.element > 0 }.map { (truth, $0.offset, $0.element) }
        }
        return pairs.sorted { ($1.2, $0.0, $0.1) < ($0.2, $1.0, $1.1) }.prefix(Self.mostMistakes).map {
            [
                "truth": names[$0.0], "answer": names[$0.1], "count": Words.count($0.2),
                "address": address(["truth": "\($0.0)", "answer": "\($0.1)"]) + "#samples",
            ]
        }
    }

    private var labels: [[String: Any]]? {
        guard !answers.labels.isEmpty else { return nil }
        return zip(names.indices, answers.labels).map { label, counts in
            [
                "name": names[label],
                "outcomes": JudgedAnswers.LabelOutcome.allCases.map { outcome in
                    [
                        "count": Words.count(counts.counts[outcome] ?? 0),
                        "address": address(["label": "\(label)", "outcome": outcome.rawValue]) + "#samples",
                    ]
                },
            ] as [String: Any]
        }
    }

    // MARK: Charts

    /// Answers over true values for regression: one chart for each number.
    private var scatter: [[String: Any]]? {
        guard file.target.kind == .regression else { return nil }
        let step = max(1, file.samples.count / Self.dots)
        let rows = stride(from: 0, to: file.samples.count, by: step)
        return names.indices.prefix(8).compactMap { column in
            let points = rows.map { row in
                let (truth, answer) = (file.truth(of: row)[column], file.answers(of: row)[column])
                return Chart.Point(
                    x: truth, y: answer,
                    title: "\(name(of: row)): \(Words.plain(truth)), predicted \(Words.plain(answer))")
            }
            let (low, high) = (points.map(\.x).min() ?? 0, points.map(\.x).max() ?? 0)
            let chart = Chart(
                label: "\(names[column]): predicted over true values", xTitle: "true", yTitle: "predicted",
                series: [
                    .init(style: "quiet", mark: .dots, points: points),
                    .init(style: "s2 thin", mark: .line, points: [.init(x: low, y: low), .init(x: high, y: high)]),
                ])
            return chart.svg().map { ["name": names[column], "drawing": $0] }
        }
    }

    /// A reliability diagram (Niculescu-Mizil and Caruana 2005).
    private var reliability: String? {
        guard !answers.bands.isEmpty else { return nil }
        let points = answers.bands.map { band in
            Chart.Point(
                x: band.confidence * 100, y: band.right * 100,
                title: "\(Words.count(band.count)) answers, \(Words.fixed(band.confidence * 100, 1)) % confident: "
                    + "\(Words.fixed(band.right * 100, 1)) % right", style: "strong")
        }
        return Chart(
            label: "Accuracy over confidence", xTitle: "confidence, %", yTitle: "right, %",
            series: [
                .init(style: "s2 thin", mark: .line, points: [.init(x: 0, y: 0), .init(x: 100, y: 100)]),
                .init(style: "s1", mark: .line, points: points), .init(style: "s1", mark: .dots, points: points),
            ]
        ).svg()
    }

    private var importance: [String: Any]? {
        guard let found = file.importances, let metric = Metric(named: found.metric) else { return nil }
        let bars = found.inputs.map { input -> BarChart.Bar in
            let loss = metric.utility(of: found.whole) - metric.utility(of: input.shuffled)
            let text = metric.isShare ? "\(Words.fixed(loss * 100, 1)) points" : Words.plain(loss)
            return .init(name: input.input, value: max(0, loss), text: text)
        }.sorted { $0.value > $1.value }
        return BarChart(label: "Loss of performance without each input", bars: bars).svg().map {
            [
                "drawing": $0, "metric": metric.name, "whole": Words.value(found.whole, of: metric),
                "rows": found.inputs.map { input in
                    [
                        "name": input.input,
                        "value": Words.value(input.shuffled, of: metric, error: input.deviation),
                    ]
                },
            ]
        }
    }

    // MARK: Samples

    private func name(of row: Int) -> String {
        let place = file.places.isEmpty ? "" : file.places[row]
        return place.isEmpty ? "test sample \(file.samples[row])" : place
    }

    private func sample(_ row: Int) -> [String: Any] {
        let given = file.answers(of: row)
        var values: [String: Any] = [
            "name": name(of: row), "error": Words.fixed(file.error(of: row), 3),
            "pictures": file.pictures.sorted { $0.key < $1.key }.compactMap { input, pictures in
                pictures[row].map { picture in
                    [
                        "source": "/answers/\(digest.hexadecimal)/\(Query.encoded(input))/\(row)",
                        "text": "\(input) of \(name(of: row))", "width": picture.shape[2], "height": picture.shape[1],
                        "isUpsideDown": upsideDown.contains(input),
                    ] as [String: Any]
                }
            },
        ]
        switch file.target.kind {
        case .classification:
            values["truth"] = names[Int(file.classes[row])]
            let best = given.indices.sorted { (given[$1], $0) < (given[$0], $1) }.prefix(Self.mostNamed)
            values["answer"] = best.filter { given[$0] >= 0.0005 }
                .map { "\(names[$0]) \(Words.fixed(given[$0] * 100, 1)) %" }.joined(separator: ", ")
        case .multiLabel:
            let truth = file.truth(of: row)
            values["truth"] = names.indices.filter { truth[$0] > 0 }.map { names[$0] }.joined(separator: ", ")
            values["answer"] = file.labels(of: row).map { names[$0] }.joined(separator: ", ")
        case .regression:
            values["truth"] = file.truth(of: row).map(Words.plain).joined(separator: ", ")
            values["answer"] = given.map(Words.plain).joined(separator: ", ")
        }
        return values
    }
}
