import Datasets
import Foundation
import Model
import Networks
import Preparation
import Tables
import TestSupport
import Testing
import Torch

/// Features of real pictures from a real pretrained network.
@Suite(.timeLimit(.minutes(20))) struct ViewTests {
    private static let own = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../shared/data/own").standardizedFileURL
    private static let classes = ["dress", "pants", "shoes", "t-shirt"]

    /// Pictures of some classes, and one file that is not a picture.
    private static func pictures(in folder: TemporaryDirectory, perClass: Int) throws {
        for name in classes {
            let source = own.appending(path: "clothes/\(name)"), place = folder.file("pictures/\(name)")
            guard let files = try? FileManager.default.contentsOfDirectory(atPath: source.path) else {
                try Test.cancel("needs ../shared/data/own/clothes")
            }
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for file in files.sorted().prefix(perClass) {
                try FileManager.default.copyItem(at: source.appending(path: file), to: place.appending(path: file))
            }
        }
        try Data("no picture".utf8).write(to: folder.file("pictures/dress/broken.jpg"))
    }

    private static func network() throws -> (file: URL, digest: BlobDigest, contract: InputContract) {
        let file = own.appending(path: "models/efficientnet-lite0/efficientnet-lite0.pt")
        guard let content = FileManager.default.contents(atPath: file.path) else {
            try Test.cancel("needs ../shared/data/own/models")
        }
        return (
            file, BlobDigest(hashing: [UInt8](content)),
            try InputContract(yaml: "picture: {size: 224, mean: [127], deviation: [128]}", file: "contract.yaml")
        )
    }

    static func request(_ folder: TemporaryDirectory, perClass: Int = 12) throws -> (ViewRequest, TableRows) {
        try pictures(in: folder, perClass: perClass)
        let network = try network()
        let settings = DataSettings(source: folder.path("pictures"))
        let table = try SampleTable(settings: settings)
        let rows = try TableRows(table)
        let outcome = try DataPreparer(
            rows: rows, settings: settings, name: "clothes", target: table.target.target, content: try rows.digest()
        ).prepare(to: folder.path("data.safetensors"))
        #expect(outcome.unreadableCount == 1)
        let modality = try #require(outcome.manifest.inputs.keys.first)
        let name = PreparedView.name(modality: modality, script: network.digest, contract: network.digest)
        return (
            ViewRequest(
                data: outcome.manifest, modality: modality, name: name, script: network.digest, file: network.file,
                contract: network.contract), rows
        )
    }

    @Test func `features match their samples, fit better than pixels, and are in the package`() throws {
        let folder = try TemporaryDirectory()
        let (request, rows) = try Self.request(folder)
        let outcome = try ViewPreparer(rows: rows, request: request).prepare(to: folder.path("view.safetensors"))
        #expect(outcome.manifest.inputs[request.name]?.signature.shape == [1_280])
        let (evidence, plain) = (outcome.scores["logme"], outcome.reference["logme"])
        #expect(try #require(evidence) > #require(plain))

        let data = try PreparedDataset(opening: folder.path("data.safetensors"))
        let view = try PreparedDataset(opening: folder.path("view.safetensors"))
        let training = try data.source(.training, with: [view])
        #expect(training.modalities.map(\.name).sorted() == [request.name, request.modality].sorted())
        let features = try #require(training.modality(request.name))
        for place in [0, 640, 1_279] {
            let values = (0..<training.count).map { features.values(ofRow: Int(features.indices[$0]))[place] }
            #expect(abs(values.reduce(0, +) / Float(values.count)) < 1e-3)
        }

        let network = try Self.trained(on: data, view, request)
        // Four kinds that an ImageNet network distinguishes; chance is a quarter.
        #expect(try network.evaluate(on: data.source(.validation, with: [view])).accuracy > 0.6)
        try network.save(to: folder.file("network.pt"))
        try NetworkPackage.write(
            network: folder.file("network.pt"), inputs: network.inputs, manifest: outcome.manifest,
            frozen: [request.name: request.file], to: folder.file("model.pt"))
        let package = try NetworkPackage(loading: folder.file("model.pt"))
        try Self.compare(package, network, rows, request, data, view)
    }

    /// A head on the features of a view.
    static func trained(
        on data: PreparedDataset, _ view: PreparedDataset, _ request: ViewRequest
    ) throws -> ScriptedNetwork {
        let kind = PreparedView(
            modality: request.modality, title: "efficientnet-lite0", category: "EfficientNet", model: "m", width: 1_280,
            parameters: 0, milliseconds: 1)
        let description = try StructureFamily.frozen(kind, as: request.name).network(
            input: request.name, InputSignature(kind: .image, shape: [1_280]), outputs: classes.count, width: 0.5)
        let plan = try TrainingPlan(
            optimizers: [.init(rule: .adam, learningRate: 0.01)], epochs: 20, batch: 8, seed: 1)
        let session = try TrainingSession(description, plan: plan, samples: data.source(.training, with: [view]))
        while !session.isFinished { try session.finishEpoch() }
        return session.network
    }

    /// The package's answers for raw pictures equal those of the network for prepared features.
    static func compare(
        _ package: NetworkPackage, _ network: ScriptedNetwork, _ rows: TableRows, _ request: ViewRequest,
        _ data: PreparedDataset, _ view: PreparedDataset
    ) throws {
        let reader = try ValueReader(files: rows.files, inputs: request.data.inputs)
        let input = try #require(request.data.inputs[request.modality])
        var raw: [SamplePart: [[Float]]] = [:]
        try rows.forEachSample { sample in
            guard let value = try? reader.value(sample.cells[0], of: request.modality, input) else { return }
            raw[sample.part, default: []] += try package.answers([[request.name: value]])
        }
        let splits: [(SamplePart, PreparedDataset.Split)] = [
            (.training, .training), (.validation, .validation), (.test, .test),
        ]
        for (part, split) in splits {
            let answers = try network.outputs(for: data.source(split, with: [view]), width: classes.count)
            #expect(raw[part]?.count == answers.count)
            for (one, answer) in zip(raw[part] ?? [], answers) {
                let powers = answer.map { exp($0 - (answer.max() ?? 0)) }
                for (found, power) in zip(one, powers) { #expect(abs(found - power / powers.reduce(0, +)) < 1e-4) }
            }
        }
    }

    @Test func `a network with other inputs is refused with the reason`() throws {
        let folder = try TemporaryDirectory()
        var (request, rows) = try Self.request(folder)
        request.contract.shape = [1, 224, 224]
        request.contract.preparation = .picture(PicturePreparation(fit: .stretch, means: [0], deviations: [255]))
        let failure = #expect(throws: Failure.self) {
            _ = try ViewPreparer(rows: rows, request: request).prepare(to: folder.path("view.safetensors"))
        }
        #expect(failure?.message.contains("cannot be run") == true, "\(failure?.message ?? "")")
        #expect(!FileManager.default.fileExists(atPath: folder.path("view.safetensors")))
        // A file that is not a network, such as a pickle.
        request.file = folder.file("network.pt")
        try Data([0x80, 2, 0x7D, 0x2E]).write(to: request.file)
        let other = #expect(throws: Failure.self) {
            _ = try ViewPreparer(rows: rows, request: request).prepare(to: folder.path("view.safetensors"))
        }
        #expect(other?.message.contains("cannot be read") == true, "\(other?.message ?? "")")
    }
}
