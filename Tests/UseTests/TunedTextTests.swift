import Foundation
import ServingSupport
import TestSupport
import Testing

/// A fine-tuned text encoder from raw texts to answers, through the built programs.
@Suite(.timeLimit(.minutes(10))) struct TunedTextTests {
    @Test(arguments: [nil, #"{"answer": [1, 0], "tuning": {}}"#])
    func `predict and serve answer for raw texts as the package does, whatever the encoder prints`(
        printed: String?
    ) async throws {
        let made = try MadePackage.tunedText(printing: printed)
        let texts = TextEncoderFixture.texts.indices.map { "\(TextEncoderFixture.texts[$0]) \($0)" }
        let right = Array(try made.answers().prefix(texts.count))
        let table = made.folder.file("new.jsonl")
        let lines = try texts.map {
            String(decoding: try JSONSerialization.data(withJSONObject: ["text": $0]), as: UTF8.self)
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: table)
        let gyrus = try GyrusProgram()
        let output = try await gyrus.run(["predict", made.path, "--table", table.path, "--format", "json"])
        #expect(output.status == 0, "\(output.err)")
        try Self.compare(
            output.out.split(separator: "\n").map {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
            }, right)
        try await ProcessFixture.run { fixture in
            let server = try await ServedFixture.start([made.path], in: fixture)
            let body = try JSONSerialization.data(withJSONObject: texts.map { ["text": $0] })
            let answer = try await server.ask("/predict", body)
            #expect(answer.status == 200, "\(answer.text)")
            try Self.compare(answer.predictions(), right)
        }
    }

    private static func compare(_ found: [[String: Any]], _ right: [[Float]]) throws {
        #expect(found.count == right.count)
        for (one, answer) in zip(found, right) {
            let probabilities = try #require(one["probabilities"] as? [String: Double], "\(one)")
            #expect(abs(Float(probabilities["card"] ?? -1) - answer[0]) < 1e-4)
            #expect(abs(Float(probabilities["rate"] ?? -1) - answer[1]) < 1e-4)
        }
    }
}
