import Foundation
import Model
import ServingSupport
import TestSupport
import Testing

/// `gyrus evaluate` on a package, with the built programs.
@Suite(.timeLimit(.minutes(10))) struct EvaluateTests {
    private static let kind = DataSettings.Answer(columns: ["kind"], kind: .classification)

    @Test func `metrics, confusion, worst samples and groups match the answers`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        let gyrus = try GyrusProgram()
        let answers = gyrus.folder.appending(path: "answers.csv")
        let output = try await gyrus.run([
            "evaluate", made.path, "--data", made.folder.path("rows.csv"), "--by", "hospital", "--worst", "5",
            "--format", "json", "--output", answers.path,
        ])
        #expect(output.status == 0, "\(output.err)")
        let evaluation = try JSONDecoder().decode(PackageEvaluation.self, from: Data(output.out.utf8))
        let truth = (0..<60).map { $0 * 5 % 3 }
        let expected = try made.answers()
        let given = expected.map { row in row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 } }
        let right = zip(given, truth).count { $0 == $1 }
        #expect(evaluation.samples == 60 && evaluation.unjudged == 0 && evaluation.drawn == nil)
        #expect(abs((evaluation.metrics["accuracy"] ?? 0) - Double(right) / 60) < 1e-9)
        #expect((evaluation.errors["accuracy"] ?? 0) > 0)
        for (row, counts) in (evaluation.confusion ?? []).enumerated() {
            for (column, count) in counts.enumerated() {
                #expect(count == zip(given, truth).count { $0 == column && $1 == row })
            }
        }
        let losses = zip(expected, truth).map { -log(Double($0[$1])) }.sorted(by: >)
        #expect(evaluation.worst.count == 5)
        for (sample, loss) in zip(evaluation.worst, losses) { #expect(abs((sample.error ?? 0) - loss) < 1e-4) }
        #expect(evaluation.worst.allSatisfy { $0.place.hasPrefix("rows.csv, row ") })
        #expect(evaluation.groups.map(\.group).sorted() == ["north", "south", "west"])
        #expect(evaluation.groups.map(\.samples) == [20, 20, 20])
        let lines = try String(contentsOf: answers, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 61)
        #expect(lines[0] == "sample,truth,hospital,error,failure,prediction,probability")
        #expect(lines[1].hasPrefix("\"rows.csv, row 1\",a,north,"))
    }

    @Test func `rows that cannot be evaluated are named and counted, and the rest is evaluated`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        let gyrus = try GyrusProgram()
        let text = try String(contentsOf: made.folder.file("rows.csv"), encoding: .utf8)
        let broken = text.replacing("20,50.5,Rome,north,a,", with: "20,50.5,Rome,north,zebra,")
            .replacing("27,51.5,Oslo,south,c,", with: "27,51.5,Oslo,south,,")
        try Data(broken.utf8).write(to: made.folder.file("broken.csv"))
        let output = try await gyrus.run(["evaluate", made.path, "--data", made.folder.path("broken.csv")])
        #expect(output.status == 1)
        #expect(output.err.contains("broken.csv, row 1: 'zebra' is not among the network's answers"))
        #expect(output.err.contains("broken.csv, row 2: the row has no target value"))
        #expect(output.out.contains("58 samples were evaluated, 2 could not be"))
    }

    @Test func `a missing target is reported with the existing columns`() async throws {
        let made = try MadePackage.table(target: Self.kind)
        let gyrus = try GyrusProgram()
        try Data("age,weight,city\n30,60,Rome\n".utf8).write(to: made.folder.file("bare.csv"))
        let output = try await gyrus.run(["evaluate", made.path, "--data", made.folder.path("bare.csv")])
        #expect(output.status == 2 && output.out.isEmpty)
        #expect(output.err.contains("has no column 'kind', which has the correct answers. Columns: age, weight, city."))
        try Data("age,weight,city,species\n30,60,Rome,a\n".utf8).write(to: made.folder.file("other.csv"))
        let other = try await gyrus.run([
            "evaluate", made.path, "--data", made.folder.path("other.csv"), "--target", "species",
        ])
        #expect(other.status == 0, "\(other.err)")
        #expect(other.err.contains("Compared with: species"))
    }

    @Test func `numbers are evaluated in their own unit`() async throws {
        let made = try MadePackage.table(target: .init(columns: ["cost"], kind: .regression))
        let gyrus = try GyrusProgram()
        let output = try await gyrus.run([
            "evaluate", made.path, "--data", made.folder.path("rows.csv"), "--format", "json",
        ])
        #expect(output.status == 0, "\(output.err)")
        let evaluation = try JSONDecoder().decode(PackageEvaluation.self, from: Data(output.out.utf8))
        let distances = try zip(made.answers(), 0..<60).map { abs(Double($0[0]) - (Double($1 % 11) + 0.25)) }
        #expect(abs((evaluation.metrics["mae"] ?? 0) - distances.reduce(0, +) / 60) < 1e-4)
        #expect(evaluation.confusion == nil)
    }
}
