import Foundation
import Model
import ServingSupport
import TestSupport
import Testing

/// `gyrus predict` on faulty rows, with the built programs.
@Suite(.timeLimit(.minutes(10))) struct PredictTests {
    private static func predict(
        _ rows: [String], _ name: String, arguments: [String] = []
    ) async throws -> (status: Int32, lines: [Substring], err: String) {
        let made = try MadePackage.table(target: .init(columns: ["kind"], kind: .classification))
        let gyrus = try GyrusProgram()
        let file = made.folder.file(name)
        try Data(rows.map { "\($0)\n" }.joined().utf8).write(to: file)
        let output = try await gyrus.run(["predict", made.path, "--table", file.path] + arguments)
        return (output.status, output.out.split(separator: "\n"), output.err)
    }

    @Test func `a row that cannot be read gets no answer, and the rows after it get theirs`() async throws {
        let output = try await Self.predict(
            ["age,weight,city", "20,50.5,Rome", "21,51", "", "22,52,Oslo,9,9", ",,", "23,53,Rome"], "rows.csv")
        #expect(output.status == 1)
        #expect(output.lines.count == 6)
        #expect(output.lines[1].split(separator: ",").count == 4 && output.lines[5].split(separator: ",").count == 4)
        #expect(output.lines[2...4] == [#""rows.csv, row 2""#, #""rows.csv, row 3""#, #""rows.csv, row 4""#])
        #expect(output.err.contains("rows.csv, row 2: the row has 2 fields, but there are 3 columns"))
        #expect(output.err.contains("rows.csv, row 3: the row has 5 fields, but there are 3 columns"))
        #expect(output.err.contains("rows.csv, row 4: there is nothing to predict from: every input is empty"))
        #expect(output.err.contains("3 of 5 samples could not be read and got no answer"))
    }

    @Test func `a line that is not JSON gets no answer either`() async throws {
        let output = try await Self.predict(
            [
                #"{"age": 20, "weight": 50.5, "city": "Rome"}"#, #"{"age": 20, "#,
                #"{"age": 21, "weight": 51, "city": "Oslo"}"#,
            ],
            "rows.jsonl", arguments: ["--format", "json"])
        #expect(output.status == 1)
        #expect(output.lines.count == 3 && output.lines[1].contains("not valid JSON"))
        #expect(output.lines[0].contains("probabilities") && output.lines[2].contains("probabilities"))
    }

    @Test func `values that the network does not know are reported`() async throws {
        let rows = ["age,weight,city", "20,heavy,Rome", "21,51,Atlantis", "22,52,Rome"]
        let output = try await Self.predict(rows, "rows.csv", arguments: ["--format", "json"])
        #expect(output.status == 0)
        #expect(output.err.contains("rows.csv, row 1: 'heavy' in 'weight' is not a number, so it counts as missing"))
        #expect(output.err.contains("rows.csv, row 2: 'Atlantis' in 'city' is not in the training data"))
        #expect(output.lines[1].contains(#""notes":["'Atlantis' in 'city' is not in the training data"]"#))
        #expect(output.lines.count == 3 && !output.lines[2].contains("notes"))
        let many = try await Self.predict([rows[0]] + (0..<30).map { "20,50,City \($0)" }, "rows.csv")
        #expect(many.err.contains("'City 19'") && !many.err.contains("'City 20'"))
        #expect(many.err.contains("… and 10 more unknown values"))
    }
}
