import Foundation
import Model
import Networks
import TestSupport
import Testing
import Torch

@Suite struct PythonTests {
    @Test(.timeLimit(.minutes(15)))
    func `a saved network gives the same outputs in Python`() throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment()
        } catch {
            try Test.cancel("there is no Python with torch: \(error)")
        }
        let samples = try SyntheticRows.source(count: 16)
        let directory = try TemporaryDirectory()
        let session = try TrainingSession(
            ScriptedNetworkTests.everything, plan: TrainingTests.plan(.adam, rate: 0.01, epochs: 1, batch: 8),
            samples: samples)
        try session.finishEpoch()
        try session.network.save(to: directory.file("network.pt"))
        let modality = try #require(samples.modality("image"))
        try Data(modality.rows).write(to: directory.file("rows"))
        let text = try python.run(
            Self.program, directory.file("network.pt").path, directory.file("rows").path)
        let theirs = text.split(separator: "\n").compactMap { Float($0) }
        let ours = try session.network.outputs(for: samples, width: 10).flatMap { $0 }
        #expect(theirs.count == ours.count)
        #expect(ScriptedNetworkTests.distance(ours, theirs) < 1e-4)
    }

    private static let program = """
        import sys, torch
        network = torch.jit.load(sys.argv[1])
        assert not network.training
        rows = torch.frombuffer(bytearray(open(sys.argv[2], "rb").read()), dtype=torch.uint8)
        network.train()
        network.eval()
        with torch.no_grad():
            for row in network(rows.reshape(-1, 1, 28, 28).float() / 128 - 1):
                for value in row:
                    print(value.item())
        """
}
