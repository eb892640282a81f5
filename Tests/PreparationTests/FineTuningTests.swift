import Datasets
import Foundation
import Model
import Networks
import Preparation
import Tables
import TestSupport
import Testing
import Torch

/// Fine-tuning of a real pretrained network on real pictures, in a separate process.
@Suite(.timeLimit(.minutes(20))) struct FineTuningTests {
    @Test func `a third-party network is fine-tuned, and its package answers like its network on features`() throws {
        let folder = try TemporaryDirectory()
        let (request, rows) = try ViewTests.request(folder, perClass: 6)
        let file = folder.file("tuned.pt")
        var reports: [Int] = []
        let tuning = try NetworkTuner(rows: rows, request: TuningRequest(view: request, seconds: nil))
            .tune(to: file) { done, _ in reports.append(done) }
        // EfficientNet-Lite0 without its classifier of a thousand classes, with batch normalization folded into
        // convolutions.
        #expect(tuning.weights > 3_000_000 && tuning.rank == nil && tuning.epochs > 0)
        #expect(tuning.after >= tuning.before && tuning.before > 0.25, "chance is a quarter: \(tuning)")
        #expect(reports.count > 20)

        var tuned = request
        tuned.file = file
        tuned.script = BlobDigest(hashing: [UInt8](try Data(contentsOf: file)))
        #expect(tuned.script != request.script)
        tuned.name = PreparedView.name(modality: request.modality, script: tuned.script, contract: tuned.script)
        let outcome = try ViewPreparer(rows: rows, request: tuned).prepare(to: folder.path("view.safetensors"))
        let data = try PreparedDataset(opening: folder.path("data.safetensors"))
        let view = try PreparedDataset(opening: folder.path("view.safetensors"))
        let network = try ViewTests.trained(on: data, view, tuned)
        try network.save(to: folder.file("network.pt"))
        try NetworkPackage.write(
            network: folder.file("network.pt"), inputs: network.inputs, manifest: outcome.manifest,
            frozen: [tuned.name: file], to: folder.file("model.pt"))
        try ViewTests.compare(
            NetworkPackage(loading: folder.file("model.pt")), network, rows, tuned, data, view)
    }

    @Test func `a file that is not a network ends the training with the reason`() throws {
        let folder = try TemporaryDirectory()
        var (request, rows) = try ViewTests.request(folder)
        request.file = folder.file("pickle.pt")
        try Data([0x80, 2, 0x7D, 0x2E]).write(to: request.file)
        let failure = #expect(throws: Failure.self) {
            _ = try NetworkTuner(rows: rows, request: TuningRequest(view: request, seconds: nil))
                .tune(to: folder.file("tuned.pt"))
        }
        #expect(failure?.message.contains("cannot be read") == true, "\(failure?.message ?? "")")
        #expect(!FileManager.default.fileExists(atPath: folder.path("tuned.pt")))
    }
}
