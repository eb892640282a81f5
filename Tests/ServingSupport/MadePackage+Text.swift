package import Foundation
import Model
import Networks
import Preparation
import Tables
import TestSupport
import Torch

extension MadePackage {
    /// A network behind a frozen one.
    package struct Frozen {
        /// Name of the input that has its features.
        package let input: String
        /// The features.
        package let features: URL
        /// Its TorchScript file.
        package let script: URL
    }

    /// Texts of two kinds, read by a fine-tuned text encoder and a head on its features.
    /// - Parameter printing: What the encoder prints for each text.
    package static func tunedText(printing: String? = nil) throws -> MadePackage {
        let folder = try TemporaryDirectory()
        let (manifest, _, rows) = try TextEncoderFixture.data(in: folder)
        let request = try TextEncoderFixture.request(for: manifest, in: folder, printing: printing)
        let script = folder.file("tuned.pt")
        _ = try NetworkTuner(rows: rows, request: TuningRequest(view: request, seconds: nil)).tune(to: script)
        let tuned = try TextEncoderFixture.request(for: manifest, by: script, request.contract)
        let features = folder.file("view.safetensors")
        let outcome = try ViewPreparer(rows: rows, request: tuned).prepare(to: features.path)
        let kind = PreparedView(
            modality: "text", title: "encoder", category: "BERT", model: "m", width: TextEncoderFixture.width,
            parameters: 0, milliseconds: 1)
        let description = try StructureFamily.frozen(kind, as: tuned.name).network(
            input: tuned.name, InputSignature(kind: .text, shape: [TextEncoderFixture.width]), outputs: 2, width: 0.5)
        return try MadePackage(
            outcome.manifest, description, behind: Frozen(input: tuned.name, features: features, script: script),
            in: folder)
    }
}
