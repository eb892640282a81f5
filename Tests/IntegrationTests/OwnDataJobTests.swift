import Foundation
import Model
import TestSupport
import Testing

private struct Row: Decodable {
    let isWinner: Bool
    let state, network: String
    let metrics: [String: Double]
}

/// Users' own data through the built commands, from the file to answers for new samples.
@Suite(.timeLimit(.minutes(10))) struct `Own data on the command line` {
    /// Scenarios that are shipped as examples, the datasets they fit, a number of training samples, and what an answer by
    /// chance reaches.
    static let shipped = [
        ("language", "reviews-zh", 1500, "accuracy", 0.5), ("emotion", "feelings", 1500, "micro-f1", 0.07),
        ("three-modalities", "stamps", 300, "accuracy", 0.22),
    ]

    static let data = (try? RealData.locator.folder(of: "own")).map { URL(filePath: $0) }

    @Test(.enabled(if: data != nil, "needs users' datasets in folder 'own' of $GYRUS_DATA"), arguments: shipped)
    func `shipped scenarios for language, emotion and three modalities learn`(
        scenario: String, dataset: String, samples: Int, metric: String, chance: Double
    ) async throws {
        let source = try #require(Self.data).appending(path: dataset)
        try await GyrusCommand.use { gyrus in
            for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
                try FileManager.default.copyItem(
                    at: source.appending(path: name), to: gyrus.folder.appending(path: name))
            }
            let text = try String(
                contentsOf: DeliveredFiles.scenarios.appending(path: "\(scenario).yaml"), encoding: .utf8)
            // Few trials on few samples.
            let short = text.replacing("trials: 16", with: "trials: 4, population: 2")
                .replacing(/\ntraining: \{epochs: \d+,/, with: "\ntraining: {epochs: 3, samples: \(samples),")
                .replacing(/\nfinal: .*/, with: "\nfinal: {epochs: 6, batch: 16, samples: \(samples), candidates: 1}")
            let file = try gyrus.write(short, to: "\(scenario).yaml")
            #expect(try await gyrus.run("up", "-d").status == 0)
            let id = try await gyrus.run("publish", file).out.trimmingCharacters(in: .newlines)
            let watch = try await gyrus.run("watch", id)
            #expect(watch.status == 0, "\(watch.out)\(watch.err)")
            let winner = try #require(try await gyrus.list(Row.self, "result", id).first(where: \.isWinner))
            #expect(try #require(winner.metrics["test-\(metric)"]) > chance, "\(winner)")
        }
    }

    @Test func `a table becomes a network that answers for new rows`() async throws {
        try await GyrusCommand.use { gyrus in
            var generator = SplitMix64(seed: 3)
            func row() -> (text: String, label: String) {
                let size = Int(generator.next() % 100), color = ["red", "green", "blue"][Int(generator.next() % 3)]
                return ("\(size),\(color)", size > 50 || color == "red" ? "large" : "small")
            }
            let rows = (0..<300).map { _ in row() }
            let table = try gyrus.write(
                "size,color,class\n" + rows.map { "\($0.text),\($0.label)\n" }.joined(), to: "things.csv")
            let look = try await gyrus.run("datasets", "look", table)
            #expect(look.status == 0 && look.out.contains("class"), "\(look.out)\(look.err)")
            let result = gyrus.folder.appending(path: "result").path
            let run = try await gyrus.run("run", table, "--budget", "10s", "--output", result)
            #expect(run.status == 0, "\(run.out)\(run.err)")
            let new = (0..<100).map { _ in row() }
            let questions = try gyrus.write("size,color\n" + new.map { "\($0.text)\n" }.joined(), to: "new.csv")
            let answers = try await gyrus.run("predict", result, "--table", questions)
            #expect(answers.status == 0, "\(answers.err)")
            let given = answers.out.split(separator: "\n").dropFirst().map { $0.split(separator: ",").dropLast().last }
            #expect(given.count == new.count)
            #expect(zip(given, new).count { $0.map(String.init) == $1.label } > 80)
        }
    }

    @Test func `a folder of pictures becomes a network that answers for new ones`() async throws {
        try await GyrusCommand.use { gyrus in
            func write(_ name: String, level: Int, count: Int) throws {
                let folder = gyrus.folder.appending(path: name)
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                for index in 0..<count {
                    let pixels = (0..<12 * 12).map { UInt8(level + ($0 * 7 + index * 13) % 60) }
                    try Data(Array("P5 12 12 255\n".utf8) + pixels).write(to: folder.appending(path: "\(index).pgm"))
                }
            }
            try write("photos/dark", level: 10, count: 60)
            try write("photos/明るい", level: 180, count: 60)
            try write("new", level: 185, count: 10)
            let result = try await look(gyrus.folder.appending(path: "photos").path, rows: 120, gyrus)
            let answers = try await gyrus.run("predict", result, gyrus.folder.appending(path: "new").path)
            #expect(answers.status == 0, "\(answers.err)")
            let given = answers.out.split(separator: "\n").dropFirst()
            #expect(given.count == 10 && given.count { $0.contains("明るい") } >= 9, "\(answers.out)")
        }
    }

    @Test func `rows of several modalities, some of which are missing, become a network`() async throws {
        try await GyrusCommand.use { gyrus in
            let data = try TemporaryDirectory()
            try MixedRows.write(to: data, rows: 60)
            let result = try await look(data.path("rows.csv"), rows: 60, gyrus)
            let answers = try await gyrus.run("predict", result, "--table", data.path("rows.csv"))
            #expect(answers.status == 0, "\(answers.err)")
            #expect(answers.out.split(separator: "\n").count == 61)
        }
    }

    /// Inspects data, writes a scenario without a change by hand, and trains.
    /// - Returns: Path of the folder with the result.
    private func look(_ path: String, rows: Int, _ gyrus: GyrusCommand) async throws -> String {
        let look = try await gyrus.run("datasets", "look", path)
        #expect(look.status == 0 && look.out.contains("\(rows) rows"), "\(look.out)\(look.err)")
        let new = try await gyrus.run("new", path)
        #expect(new.status == 0 && !new.out.isEmpty, "\(new.err)")
        let result = gyrus.folder.appending(path: "result").path
        let run = try await gyrus.run("run", path, "--budget", "10s", "--output", result)
        #expect(run.status == 0, "\(run.out)\(run.err)")
        return result
    }
}
