import Datasets
import Foundation
import Model
import Networks
import Preparation
import Safetensors
import Tables
import TestSupport
import Testing
import Torch

@testable import gyrus

/// From a user's table to a package: a network gives the same answers for raw values as for prepared samples, in this
/// program and in Python.
@Suite(.timeLimit(.minutes(10))) struct PackageTests {
    private static func settings(_ folder: TemporaryDirectory) -> DataSettings {
        var photo = DataSettings.Modality(columns: ["photo"], kind: .image)
        photo.size = [16, 16]
        let voice = DataSettings.Modality(columns: ["voice"], kind: .audio)
        let note = DataSettings.Modality(columns: ["note"], kind: .text)
        let facts = DataSettings.Modality(columns: ["age", "weight", "city"], kind: .table)
        return DataSettings(
            source: folder.path("rows.csv"), target: .init(columns: ["kind"], kind: .classification),
            modalities: ["photo": photo, "voice": voice, "note": note, "facts": facts])
    }

    private static let families = ["photo": "LeNet3", "voice": "ResNet", "note": "BiGRU", "facts": "MLP"]

    @Test func `a package answers raw values like its network answers prepared samples, also in Python`() throws {
        let folder = try TemporaryDirectory()
        try MixedRows.write(to: folder)
        let settings = Self.settings(folder)
        let table = try SampleTable(settings: settings)
        let rows = try TableRows(table)
        let preparer = DataPreparer(
            rows: rows, settings: settings, name: "rows", target: table.target.target, content: try rows.digest())
        let outcome = try preparer.prepare(to: folder.path("data.safetensors"))
        #expect(outcome.unreadableCount == 0)

        let dataset = try PreparedDataset(opening: folder.path("data.safetensors"))
        #expect(dataset.target.names == ["even", "odd"])
        #expect(dataset.inputs["photo"]?.shape == [3, 16, 16])
        #expect(dataset.inputs["facts"] == InputSignature(kind: .table, shape: [4], categories: [4]))
        let parts = try PreparedDataset.Split.allCases.map(dataset.source)
        #expect(parts.reduce(0) { $0 + $1.count } == 40)

        let branches = try Self.families.sorted { $0.key < $1.key }.map { modality, name in
            let family = try #require(StructureFamily.named(name))
            let signature = try #require(dataset.inputs[modality])
            return (modality, try family.network(input: modality, signature, outputs: 2, width: 0.5))
        }
        #expect(Set(dataset.inputs.filter { $0.value.hasGaps == true }.keys) == ["photo", "voice"])
        let network = try ScriptedNetwork(
            NetworkDescription.fused(branches: branches, classes: 2, gaps: ["photo", "voice"]), seed: 3)
        try Self.learn(network, in: folder)
        try network.save(to: folder.file("network.pt"))
        try NetworkPackage.write(
            network: folder.file("network.pt"), inputs: network.inputs, manifest: outcome.manifest,
            to: folder.file("model.pt"))
        let package = try NetworkPackage(loading: folder.file("model.pt"))

        // Answers for the raw rows, in the order of the file.
        let reader = try ValueReader(files: rows.files, inputs: outcome.manifest.inputs)
        var raw: [[Float]] = [], samples: [[String: RawValue]] = [], parted: [SamplePart: [Int]] = [:]
        try rows.forEachSample { sample in
            var values: [String: RawValue] = [:]
            for (modality, cells) in zip(rows.modalities, sample.cells) {
                let input = try #require(outcome.manifest.inputs[modality.name])
                values[modality.name] = try reader.value(cells, of: modality.name, input)
            }
            parted[sample.part, default: []].append(raw.count)
            raw += try package.answers([values])
            samples.append(values)
        }
        // Answers for the prepared rows.
        for (part, source) in zip([SamplePart.training, .validation, .test], parts) {
            let answers = try network.outputs(for: source, width: 2)
            for (place, answer) in zip(parted[part] ?? [], answers) {
                let even = 1 / (1 + exp(answer[1] - answer[0]))
                #expect(abs(raw[place][0] - even) < 1e-4, "row \(place)")
            }
        }
        try checkElsewhere(folder, raw, in: samples)
        try checkInPython(folder, outcome.manifest, raw)
    }

    /// Changes the values that stand for an absent modality from their initial ones.
    private static func learn(_ network: ScriptedNetwork, in folder: TemporaryDirectory) throws {
        let file = folder.file("learned.safetensors")
        try network.saveWeights(to: file)
        let tensors = try SafetensorsFile(opening: file.path)
        let learned = try tensors.entries.map { entry in
            var numbers: [Float] = try tensors.elements(of: entry.name)
            if entry.name.hasSuffix(".absent") {
                for place in numbers.indices { numbers[place] = place.isMultiple(of: 2) ? 2 : -1 }
            }
            return try Tensor(entry.name, shape: entry.shape, numbers)
        }
        #expect(learned.count { $0.name.hasSuffix(".absent") } == 2)
        try SafetensorsFile.write(learned, to: file.path)
        try network.loadWeights(from: file)
    }

    /// Only the network computes like on a device; everything around it is unchanged.
    private func checkElsewhere(
        _ folder: TemporaryDirectory, _ raw: [[Float]], in samples: [[String: RawValue]]
    ) throws {
        for (precision, tolerance) in [("fp32", Float(1e-5)), ("bf16", 3e-2)] {
            var place = try ComputePlace(device: "cpu", precision: precision)
            place.isLikeDevice = true
            let answers = try NetworkPackage(loading: folder.file("model.pt"), on: place).answers(samples)
            let distances = zip(answers.joined(), raw.joined()).map { abs($0 - $1) }
            #expect(distances.count == 80 && distances.allSatisfy { $0 < tolerance })
            #expect(precision == "fp32" || distances.contains { $0 > 1e-5 }, "16 bits round differently")
        }
    }

    /// The example next to a package gives the same answers.
    private func checkInPython(_ folder: TemporaryDirectory, _ manifest: DatasetManifest, _ raw: [[Float]]) throws {
        let python: PythonEnvironment
        do {
            python = try PythonEnvironment(with: "PIL", "soundfile", "sentencepiece")
        } catch {
            try Test.cancel("there is no Python with Pillow, soundfile and sentencepiece: \(error)")
        }
        try Data(manifest.json.utf8).write(to: folder.file("preprocessing.json"))
        try Data(PackageFolder.example.utf8).write(to: folder.file("example.py"))
        for (name, input) in manifest.inputs {
            if case .text(let text) = input.preparation {
                try text.model.write(to: folder.file("tokenizer-\(name).model"))
            }
        }
        let program = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
        let lines = try python.run(program, folder.path("example.py"), folder.path("rows.csv")).split(separator: "\n")
        #expect(lines.count == raw.count)
        for (line, answer) in zip(lines, raw) {
            let words = line.split(separator: "\t")
            let best = answer[0] >= answer[1] ? 0 : 1
            #expect(words.first.map(String.init) == manifest.target.names[best])
            #expect(abs((words.last.flatMap { Float($0) } ?? 0) - answer[best]) < 1e-4)
        }
    }
}
