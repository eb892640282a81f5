import Foundation
import Media
import Model
import Preparation
import ServingSupport
import TestSupport
import Testing

/// `gyrus explain` on a network's answer, with the built programs.
@Suite(.timeLimit(.minutes(10))) struct ExplainTests {
    @Test func `a column's weight is the drop of the answer without it`() async throws {
        let made = try MadePackage.table(target: .init(columns: ["kind"], kind: .classification))
        let gyrus = try GyrusProgram()
        let output = try await gyrus.run([
            "explain", made.path, "--table", made.folder.path("rows.csv"), "--row", "4", "--answer", "b", "--format",
            "json",
        ])
        #expect(output.status == 0, "\(output.err)")
        let explanation = try JSONDecoder().decode(PackageExplanation.self, from: Data(output.out.utf8))
        #expect(explanation.place == "rows.csv, row 4" && explanation.explained == 1)
        #expect(Set(explanation.parts.map(\.name)) == ["age", "weight", "city"])
        // Row 4 has the age 41, the weight 53.5 and Oslo; a category stands by its number.
        guard case .table(let table)? = made.manifest.inputs["facts"]?.preparation else {
            throw Failure(.notFound, "there is no table")
        }
        #expect(table.numbers.map(\.name) == ["age", "weight"])
        let oslo = Float(try #require(table.categories[0].values.firstIndex(of: "Oslo")) + 1)
        let package = try NetworkPackage(loading: made.folder.file("package/model.pt"))
        func answer(_ age: Float, _ weight: Float, _ city: Float) throws -> Double {
            Double(try package.answers([["facts": .numbers([age, weight, city], shape: [3])]])[0][1])
        }
        let whole = try answer(41, 53.5, oslo)
        #expect(abs(Double(explanation.answer[1]) - whole) < 1e-6)
        for part in explanation.parts {
            let without =
                switch part.name {
                case "age": try answer(.nan, 53.5, oslo)
                case "weight": try answer(41, .nan, oslo)
                default: try answer(41, 53.5, 0)
                }
            #expect(abs(part.weight - (whole - without)) < 1e-6)
        }
        let weights = explanation.parts.map { abs($0.weight) }
        #expect(weights == weights.sorted(by: >))
    }

    @Test func `regions of a picture are drawn over it`() async throws {
        let made = try MadePackage.pictures()
        let gyrus = try GyrusProgram()
        let map = gyrus.folder.appending(path: "map.png")
        let output = try await gyrus.run([
            "explain", made.path, made.folder.path("p3.ppm"), "--pieces", "6", "--output", map.path, "--format", "json",
        ])
        #expect(output.status == 0, "\(output.err)")
        let explanation = try JSONDecoder().decode(PackageExplanation.self, from: Data(output.out.utf8))
        let weights = try #require(explanation.maps.first?.weights)
        #expect(max(weights.count, weights[0].count) == 6)
        #expect(weights.joined().contains { abs($0) > 1e-6 })
        let original = try Picture(decoding: [UInt8](try Data(contentsOf: made.folder.file("p3.ppm"))))
        let drawn = try Picture(decoding: [UInt8](try Data(contentsOf: map)))
        #expect(drawn.height == original.height && drawn.width == original.width && drawn.channels == 3)
        let shown = try await gyrus.run(["explain", made.path, made.folder.path("p3.ppm")])
        #expect(shown.status == 0 && shown.out.contains("with probability"))
    }

    @Test func `modalities have weights, and so do words, seconds and columns`() async throws {
        let made = try MadePackage.mixed()
        let gyrus = try GyrusProgram()
        let output = try await gyrus.run([
            "explain", made.path, "--table", made.folder.path("rows.csv"), "--row", "1", "--pieces", "4", "--format",
            "json",
        ])
        #expect(output.status == 0, "\(output.err)")
        let explanation = try JSONDecoder().decode(PackageExplanation.self, from: Data(output.out.utf8))
        #expect(Set(explanation.modalities.map(\.name)) == ["photo", "voice", "note", "facts"])
        #expect(explanation.parts.contains { $0.modality == "note" && $0.name == "fox" })
        #expect(explanation.parts.filter { $0.modality == "voice" }.count == 4)
        #expect(explanation.maps.map(\.modality) == ["photo"])
    }

    @Test func `an option without a sample, an unknown answer and a missing row are refused`() async throws {
        let made = try MadePackage.table(target: .init(columns: ["kind"], kind: .classification))
        let gyrus = try GyrusProgram()
        #expect(try await gyrus.run(["explain", made.path, "--row", "3"]).status == 2)
        let table = ["explain", made.path, "--table", made.folder.path("rows.csv")]
        let answer = try await gyrus.run(table + ["--answer", "d"])
        #expect(answer.status == 2 && answer.err.contains("Its answers are a, b, c."))
        let row = try await gyrus.run(table + ["--row", "61"])
        #expect(row.status == 2 && row.err.contains("has 60 rows, so there is no row 61"))
    }
}
