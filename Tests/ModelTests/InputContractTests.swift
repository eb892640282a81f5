import Foundation
import Model
import Testing

@Suite struct `Contracts of pretrained models` {
    @Test func `a contract for pictures gives size, normalization and feature`() throws {
        let contract = try InputContract(
            yaml: "picture: {size: 224, mean: [127], deviation: [128], fit: crop}\nfeature: 1\n", file: "c.yaml")
        #expect(contract.shape == [3, 224, 224] && contract.feature == 1 && contract.kind == .image)
        #expect(
            contract.preparation
                == .picture(
                    PicturePreparation(fit: .crop, means: [127, 127, 127], deviations: [128, 128, 128])))
        #expect(contract.summary == "picture, crop, (value − 127.0) / 128.0, 3×224×224, feature from output 1")
    }

    @Test func `a contract for sound gives rate and spectrogram`() throws {
        let contract = try InputContract(
            yaml: """
                sound:
                  rate: 16000
                  seconds: 1.59
                  loudness: -30
                  mel: {window: 400, hop: 160, bands: 40, highest: 8000}
                """, file: "c.yaml")
        #expect(contract.shape == [160, 40] && contract.kind == .audio)
        guard case .sound(let sound) = contract.preparation else {
            Issue.record("no sound")
            return
        }
        #expect(sound.power == MelPower(lowest: 0, highest: 8_000, loudness: -30) && sound.transform == 400)
        let waves = try InputContract(yaml: "sound: {rate: 16000, seconds: 1, scale: 32767}", file: "c.yaml")
        #expect(waves.shape == [16_000])
    }

    @Test func `a contract for text gives tokenizer, length and pooling`() throws {
        let contract = try InputContract(
            yaml: "text: {tokenizer: t.json, length: 64, pooling: first, norm: unit}\nfeature: 2\n", file: "c.yaml"
        ) { Data("content of \($0)".utf8) }
        #expect(contract.shape == [64] && contract.kind == .text && contract.feature == 2)
        guard case .text(let text) = contract.preparation else {
            Issue.record("no text")
            return
        }
        #expect(text.encoder == TextEncoding(length: 64, pooling: .first, norm: .unit))
        #expect(text.model == Data("content of t.json".utf8))
        #expect(contract.summary == "text in up to 64 tokens, first token, norm unit, 64, feature from output 2")
        guard case .text(let stripped) = contract.withoutTokenizer.preparation else {
            Issue.record("no text")
            return
        }
        #expect(stripped.model.isEmpty && stripped.encoder == text.encoder)
    }

    @Test(arguments: [
        ("picture: {size: 224, sound: 1}", "c.yaml:1:22: picture.sound: there is no such field."),
        ("feature: 0", "c.yaml:1:1: picture: give either 'picture', 'sound' or 'text'"),
        ("text: {length: 3}", "text.length"),
        ("text: {}", "text.tokenizer: cannot read 'tokenizer.json' here"),
        ("picture: {size: [1, 2, 3]}", "c.yaml:1:17: picture.size"),
        ("picture: {size: 9, mean: [1, 2]}", "picture.mean: found 2 numbers; give one number"),
        ("sound: {rate: 16000}", "sound.seconds: give the length that the network reads"),
    ])
    func `an error in a contract gives its position`(text: String, message: String) {
        let failure = #expect(throws: Failure.self) { try InputContract(yaml: text, file: "c.yaml") }
        #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
    }

    @Test func `a Hugging Face configuration is a contract`() throws {
        let json = """
            {"do_center_crop": true, "crop_size": {"height": 224, "width": 224}, "size": {"shortest_edge": 256},
             "do_rescale": true, "rescale_factor": 0.00392156862745098, "image_mean": [0.485, 0.456, 0.406],
             "image_std": [0.229, 0.224, 0.225]}
            """
        let contract = try InputContract(huggingFace: Data(json.utf8), file: "preprocessor_config.json")
        #expect(contract.shape == [3, 224, 224])
        guard case .picture(let picture) = contract.preparation else {
            Issue.record("no picture")
            return
        }
        #expect(picture.fit == .crop)
        #expect(zip(picture.means, [123.675, 116.28, 103.53] as [Float]).allSatisfy { abs($0 - $1) < 1e-3 })
        #expect(zip(picture.deviations, [58.395, 57.12, 57.375] as [Float]).allSatisfy { abs($0 - $1) < 1e-3 })
        let empty = #expect(throws: Failure.self) {
            try InputContract(huggingFace: Data("{}".utf8), file: "preprocessor_config.json")
        }
        #expect(empty?.message.contains("image_mean and image_std") == true)
    }

    @Test func `views have names that no modality can have`() throws {
        let (script, contract) = (BlobDigest(hashing: [1]), BlobDigest(hashing: [2]))
        let name = PreparedView.name(modality: "picture", script: script, contract: contract)
        #expect(PreparedView.isName(name) && !PreparedView.isName("picture") && name.hasSuffix("_picture"))
        #expect(name != PreparedView.name(modality: "picture", script: contract, contract: script))
        #expect(PreparedView.recipe(of: name, data: "a") != PreparedView.recipe(of: name, data: "b"))
    }

    @Test(arguments: [("none", []), ("[a, b]", ["a", "b"]), (nil, nil)] as [(String?, [String]?)])
    func `a scenario can narrow the choice of pretrained models`(value: String?, names: [String]?) throws {
        let search = value.map { "search: {pretrained: \($0)}\n" } ?? ""
        let text = "scenario: s\ndata: {source: pictures}\n\(search)"
        #expect(try ScenarioFile.pretrained(text) == names)
    }
    @Test(
        arguments: [
            ("", FineTuning.automatic, 600.0), ("search: {fine-tuning: never}", .never, 600),
            ("search: {fine-tuning: always, budget: 10m}", .always, 120),
        ])
    func `a scenario says whether pretrained models are fine-tuned, and its budget for how long`(
        text: String, mode: FineTuning, seconds: Double
    ) throws {
        let found = try ScenarioFile.fineTuning("scenario: a\n\(text)\n")
        #expect(found.mode == mode && found.seconds == seconds)
    }

}
