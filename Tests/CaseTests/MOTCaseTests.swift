import Foundation
import TestSupport
import Testing
import Tracking

/// Tracks and ground truth as other programs write them.
@Suite(.enabled(if: SharedCases.areHere, Comment(rawValue: SharedCases.reason)), .timeLimit(.minutes(5)))
struct MOTCaseTests {
    private func evaluate(_ name: String) async throws -> GyrusProgram.Output {
        let gyrus = try GyrusProgram()
        defer { try? FileManager.default.removeItem(at: gyrus.folder) }
        return try await gyrus.run([
            "evaluate", "mot", "--gt", SharedCases.file("mot/\(name)/gt").path, "--results",
            SharedCases.file("mot/\(name)/res").path, "--format", "json",
        ])
    }

    private struct Row: Decodable {
        let hota, mota, idf1: Double
        let switches, falseNegatives, truthIdentities: Int
    }

    private func scores(_ name: String) async throws -> Row {
        let output = try await evaluate(name)
        try #require(output.status == 0, "\(output.err)")
        return try #require(try JSONDecoder().decode([Row].self, from: Data(output.out.utf8)).last)
    }

    @Test(arguments: ["crlf", "byte-order-mark", "large-identities", "floatframes", "sevencols"])
    func `perfect results score all points`(_ name: String) async throws {
        let overall = try await scores(name)
        #expect(abs(overall.hota - 100) < 1e-6 && overall.mota == 100 && overall.idf1 == 100)
        #expect(overall.switches == 0 && overall.truthIdentities == 2)
    }

    @Test(arguments: [
        ("truth-beyond-sequence", "gt.txt:16: frame 8 is beyond the sequence"), ("dupid", "first in line 3"),
    ])
    func `contradictory files are refused`(_ name: String, _ words: String) async throws {
        let output = try await evaluate(name)
        #expect(output.status != 0 && output.err.contains(words), "\(output.err)")
    }

    @Test func `missing results count as missed boxes`() async throws {
        let overall = try await scores("emptyres")
        #expect(overall.mota == 0 && overall.falseNegatives == 12)
    }

    @Test(arguments: ["crlf", "byte-order-mark", "sevencols"])
    func `detections are tracked`(_ name: String) async throws {
        let gyrus = try GyrusProgram()
        defer { try? FileManager.default.removeItem(at: gyrus.folder) }
        let tracks = gyrus.folder.appending(path: "tracks")
        let output = try await gyrus.run([
            "track", "run", "--detections", SharedCases.file("mot/\(name)/det").path, "--tracker", "sort", "--output",
            tracks.path,
        ])
        #expect(output.status == 0, "\(output.err)")
        let file = try MOTFile(contentsOf: tracks.appending(path: "S1.txt").path, as: .results)
        #expect(file.rows.count == 12)
    }
}
