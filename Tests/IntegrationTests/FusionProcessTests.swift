import Foundation
import TestSupport
import Testing

private struct Row: Decodable {
    let trial: Int
    let isFinal, isWinner: Bool
    let state, network: String
    let metrics: [String: Double]
}

private struct Model: Decodable {
    let id: String
}

private struct Dataset: Decodable {
    let dataset, recipe: String
}

private func scenario(image: String, trials: Int) -> String {
    """
    scenario: fused
    stimuli: [see digits, hear tones]
    modalities:
      image: {dataset: mnist, preprocess: {pca-energy-removed: 0.75}}
      audio: {dataset: fsdd, noise: esc10, preprocess: {spectrogram: 64}}
    data: {samples: {training: 240, validation: 80, test: 80}, seed: 1}
    fusion:
      networks: {image: \(image), audio: LeNet3}
      width: 16
      pretraining: {epochs: 2, batch: 32}
      fine-tuning: {epochs: 1, batch: 32}
    search: {population: 4, trials: \(trials), seed: 7}
    training: {epochs: 2, batch: 32}

    """
}

@Suite(.timeLimit(.minutes(5))) struct `A search for a fusion on the command line` {
    @Test func `networks are fused on features that are computed once, and the result loads in Python`() async throws {
        try await GyrusCommand.use { gyrus in
            #expect(try await gyrus.run("up", "-d", "--scale", "trainer-worker=2").status == 0)
            let first = try await search(scenario(image: "LeNet3", trials: 8), gyrus)
            #expect(first.rows.count == 10 && first.rows.allSatisfy { $0.state == "succeeded" })
            let winner = try #require(first.rows.first { $0.isWinner })
            let validation = { (row: Row) in row.metrics["validation-accuracy"] ?? 0 }
            #expect(try validation(winner) >= #require(first.rows.prefix(2).map(validation).max()))
            #expect(first.rows[2].network.contains("product of answers") && validation(first.rows[2]) > 0)
            // An assembled fusion answers like it did on features, but a float's last digit may decide a sample.
            let together = first.rows[8], above = try #require(first.rows[2..<8].map(validation).max())
            #expect(abs(validation(together) - above) <= 0.026)

            // A model of the first search, with features that already exist.
            let features = try await gyrus.list(Dataset.self, "datasets").filter { $0.dataset.hasPrefix("features") }
            #expect(features.count == 2)
            let models = try await gyrus.list(Model.self, "models").map(\.id)
            #expect(models.contains("\(first.id)/0") && models.contains("\(first.id)/1"))
            let second = try await search(scenario(image: "\(first.id)/1", trials: 4), gyrus)
            let image = try #require(second.rows.first { $0.network.hasPrefix("image: ") })
            #expect(try validation(image) == validation(#require(first.rows.first { $0.network == "image: LeNet3" })))
            let now = try await gyrus.list(Dataset.self, "datasets").filter { $0.dataset.hasPrefix("features") }
            #expect(Set(now.map(\.recipe)) == Set(features.map(\.recipe)))

            let bad = gyrus.folder.appending(path: "bad.yaml")
            try scenario(image: "LeNet4", trials: 4).write(to: bad, atomically: true, encoding: .utf8)
            let refusal = try await gyrus.run("publish", "--synthetic", bad.path)
            #expect(refusal.status == 2 && refusal.err.contains("bad.yaml:8:") && refusal.err.contains("LeNet3"))
            try await checkPython(first.id, gyrus)
        }
    }

    private func search(_ text: String, _ gyrus: GyrusCommand) async throws -> (id: String, rows: [Row]) {
        let file = try gyrus.write(text, to: "fused.yaml")
        let end = try await gyrus.run("publish", "--synthetic", "--wait", file)
        #expect(end.status == 0, "\(end.err)")
        let id = end.out.trimmingCharacters(in: .newlines)
        return (id, try await gyrus.list(Row.self, "result", id))
    }

    private func checkPython(_ id: String, _ gyrus: GyrusCommand) async throws {
        let folder = gyrus.folder.appending(path: "out")
        #expect(try await gyrus.run("result", id, "--output", folder.path).status == 0)
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment()
        } catch {
            try Test.cancel("there is no Python with torch: \(error)")
        }
        let output = try python.run(
            """
            import sys, torch
            from safetensors.torch import load_file
            network = torch.jit.load(sys.argv[1]).network
            weights = load_file(sys.argv[2])
            state = network.state_dict()
            assert state.keys() == weights.keys() and all(torch.equal(state[k], weights[k]) for k in state)
            shapes = {"audio": (3, 1, 64, 64), "image": (3, 1, 28, 28)}
            names = [a.name for a in network.forward.schema.arguments][1:]
            print(tuple(network(*[torch.zeros(shapes[n]) for n in names]).shape))
            """, folder.appending(path: "model.pt").path, folder.appending(path: "weights.safetensors").path)
        #expect(output.contains("(3, 10)"))
    }
}
