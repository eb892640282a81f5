import Foundation
import TestSupport
import Testing

private struct Row: Decodable {
    let isFinal: Bool
    let state: String
    let metrics: [String: Double]
}

private func scenario(_ learning: String) -> String {
    """
    scenario: few
    stimuli: [see digits, hear tones]
    modalities:
      image: {dataset: mnist}
      audio: {dataset: fsdd, noise: esc10, preprocess: {spectrogram: 64}}
    data: {samples: {training: 300, validation: 80, test: 80}, seed: 1}
    search: {population: 2, trials: 2, seed: 7, structures: [LeNet3], widths: [0.5], optimizers: [adam]}
    training: {epochs: 1, batch: 32, \(learning)}
    final: {epochs: 2, batch: 32}

    """
}

@Suite(.timeLimit(.minutes(5))) struct `Kinds of supervision on the command line` {
    @Test func `a scenario can choose one, and its result is an ordinary model`() async throws {
        try await GyrusCommand.use { gyrus in
            let bad = try gyrus.write(scenario("learning: semisupervised, labels: 100"), to: "bad.yaml")
            #expect(try await gyrus.run("up", "-d", "--scale", "trainer-worker=2").status == 0)
            let refusal = try await gyrus.run("publish", "--synthetic", bad)
            #expect(refusal.status == 2)
            #expect(refusal.err.contains("bad.yaml:8:44: training.learning:"), "\(refusal.err)")
            #expect(refusal.err.contains("Did you mean 'semi-supervised'?"), "\(refusal.err)")

            for learning in ["learning: semi-supervised, labels: 40", "learning: contrastive, labels: 40"] {
                let file = try gyrus.write(scenario(learning), to: "few.yaml")
                let end = try await gyrus.run("publish", "--synthetic", "--wait", file)
                #expect(end.status == 0, "\(end.err)")
                let id = end.out.trimmingCharacters(in: .newlines)
                let rows = try await gyrus.list(Row.self, "result", id)
                #expect(rows.count == 3 && rows.allSatisfy { $0.state == "succeeded" })
                #expect(rows.allSatisfy { $0.metrics["labels"] == 40 })
                let isPretrained = learning.contains("contrastive")
                #expect(rows.allSatisfy { ($0.metrics["pretraining-loss"] != nil) == isPretrained })
                let folder = gyrus.folder.appending(path: id)
                #expect(try await gyrus.run("result", id, "--output", folder.path).status == 0)
                let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                #expect(files.contains("model.pt") && files.contains("weights.safetensors"))
            }
        }
    }
}
