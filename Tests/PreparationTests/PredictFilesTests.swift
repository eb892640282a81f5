import Foundation
import HelperProcesses
import Model
import Networks
import Preparation
import Tables
import TestSupport
import Testing
import Torch

/// The helper program's answers for individual files.
@Suite(.timeLimit(.minutes(5))) struct PredictFilesTests {
    private static let view = "View1a2b3c4d_photo"
    private static let features = 6

    /// Pictures in two classes, prepared, and a fresh network for them.
    private struct Made {
        let folder: TemporaryDirectory
        let manifest: DatasetManifest
        let description: NetworkDescription

        init() throws {
            folder = try TemporaryDirectory()
            try MixedRows.write(to: folder)
            var photo = DataSettings.Modality(columns: ["photo"], kind: .image)
            photo.size = [16, 16]
            let settings = DataSettings(
                source: folder.path("rows.csv"), target: .init(columns: ["kind"], kind: .classification),
                modalities: ["photo": photo], tolerance: 0.2)
            let table = try SampleTable(settings: settings)
            let rows = try TableRows(table)
            manifest = try DataPreparer(
                rows: rows, settings: settings, name: "rows", target: table.target.target, content: try rows.digest()
            ).prepare(to: folder.path("data.safetensors")).manifest
            let input = try #require(manifest.inputs["photo"])
            description = try #require(StructureFamily.named("LeNet3")).network(
                input: "photo", input.signature, outputs: manifest.target.outputs, width: 0.5)
        }

        /// Writes a package.
        func package(
            _ name: String, _ network: ScriptedNetwork, _ manifest: DatasetManifest, frozen: [String: URL] = [:]
        ) throws -> URL {
            let (script, file) = (folder.file("\(name).pt"), folder.file("\(name)-model.pt"))
            try network.save(to: script)
            try NetworkPackage.write(
                network: script, inputs: network.inputs, manifest: try manifest.reading(network.inputs), frozen: frozen,
                to: file)
            return file
        }
    }

    /// The probability of the first class that the helper program gives for each file.
    private static func predict(_ package: URL, _ files: [URL]) throws -> [Float] {
        let helper = try HelperProcess("gyrus-data", ["predict", package.path])
        let request = try JSONEncoder().encode(PredictionRequest(paths: files.map(\.path)))
        helper.say(String(decoding: request, as: UTF8.self))
        var answers: [Float] = []
        while let line = try helper.line() {
            let message = try JSONDecoder().decode(PredictionMessage.self, from: Data(line.utf8))
            if let failure = message.failure { throw failure }
            if let answer = message.answer?.first { answers.append(answer) }
        }
        return answers
    }

    /// The same, directly from a package.
    private static func answers(_ package: URL, _ files: [URL], inputs: [String]) throws -> [[Float]] {
        let package = try NetworkPackage(loading: package)
        return try files.map { file in
            let reader = try ValueReader(
                files: FileFinder(file.deletingLastPathComponent().path), inputs: package.manifest.inputs)
            var values: [String: RawValue] = [:]
            for name in inputs {
                let input = try #require(package.manifest.inputs[name])
                values[name] = try reader.value([.text(file.path)], of: name, input)
            }
            return try #require(try package.answers([values]).first)
        }
    }

    private static func isNear(_ found: [Float], _ wanted: [Float]) -> Bool {
        found.count == wanted.count && zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-4 }
    }

    @Test func `a program whose caller has ended stops in the middle of its work`() async throws {
        let made = try Made()
        let package = try made.package("fresh", ScriptedNetwork(made.description, seed: 3), made.manifest)
        // Nobody reads the answers, and they do not fit into the pipe, so the program cannot finish.
        let request = PredictionRequest(paths: [String](repeating: made.folder.path("p0.ppm"), count: 3_000))
        func start() throws -> (program: RunningProgram, input: Descriptor, output: Descriptor) {
            let (questions, answers) = (try Descriptor.pipe(), try Descriptor.pipe())
            let program = try RunningProgram(
                ProgramBeside("gyrus-data").path, ["predict", package.path],
                descriptors: [questions.read, answers.write, nil])
            return (program, questions.write, answers.read)
        }
        func ask() async throws -> (program: RunningProgram, output: Descriptor) {
            let (program, input, output) = try start()
            try input.write(Array(try JSONEncoder().encode(request)) + [UInt8(ascii: "\n")])
            // It writes its first output after it has read everything.
            var waiting = pollfd(fd: output.number, events: Int16(POLLIN), revents: 0)
            while poll(&waiting, 1, 0) == 0, program.isRunning { try await Task.sleep(for: .milliseconds(20)) }
            #expect(program.isRunning)
            return withExtendedLifetime(input) { (program, output) }
        }
        let (program, output) = try await ask()
        #expect(await program.end() == 128 + SIGIO)
        withExtendedLifetime(output) {}
    }

    @Test func `files with one name in several folders get their own answers`() throws {
        let made = try Made()
        var files: [URL] = []
        for number in [0, 1, 2, 3] {
            let folder = made.folder.file("folder\(number % 2)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // Folders take turns, and two of the files have the same name.
            let file = folder.appending(path: "picture\(number / 2).ppm")
            try FileManager.default.copyItem(at: made.folder.file("p\(number).ppm"), to: file)
            files.append(file)
        }
        let package = try made.package("fresh", ScriptedNetwork(made.description, seed: 3), made.manifest)
        let wanted = try Self.answers(package, files, inputs: ["photo"]).map { $0[0] }
        #expect(Set(wanted).count == files.count, "files that all get one answer would prove nothing")
        let found = try Self.predict(package, files)
        #expect(Self.isNear(found, wanted), "\(found), not \(wanted)")
    }

    @Test func `an ensemble of a fresh network and one on frozen features answers with the mean of both`() throws {
        let made = try Made()
        let (network, head) = (made.folder.file("frozen.pt"), try Self.head())
        try Self.frozen(to: network)
        let manifest = try Self.manifest(made, network)
        func package(_ name: String, _ description: NetworkDescription) throws -> URL {
            let scripted = try ScriptedNetwork(description, seed: 5)
            if name == "both" { try Self.takeMembers([made.description, head], scripted) }
            let frozen = scripted.inputs.contains(Self.view) ? [Self.view: network] : [:]
            return try made.package(name, scripted, manifest, frozen: frozen)
        }
        let fresh = try package("fresh", made.description), tuned = try package("tuned", head)
        let both = try package("both", try NetworkDescription.ensemble(named: "both", of: [made.description, head]))
        let files = (0..<3).map { made.folder.file("p\($0).ppm") }
        let first = try Self.answers(fresh, files, inputs: ["photo"])
        let second = try Self.answers(tuned, files, inputs: [Self.view])
        // The mean of scores is the geometric mean of probabilities.
        let wanted = zip(first, second).map { one, other in
            let roots = zip(one, other).map { ($0 * $1).squareRoot() }
            return roots[0] / roots.reduce(0, +)
        }
        let found = try Self.predict(both, files)
        #expect(Self.isNear(found, wanted), "\(found), not \(wanted)")
        #expect(!Self.isNear(found, first.map { $0[0] }), "members that agree would prove nothing")
    }

    /// A third-party network that outputs features, not classes.
    private static func frozen(to file: URL) throws {
        let family = try #require(StructureFamily.named("LeNet3"))
        let network = try family.network(
            input: "picture", InputSignature(kind: .image, shape: [3, 20, 20]), outputs: features, width: 0.5)
        try ScriptedNetwork(network, seed: 11).save(to: file)
    }

    private static func head() throws -> NetworkDescription {
        let known = PreparedView(
            modality: "photo", title: "frozen", category: "LeNet", model: "m", width: features, parameters: 100,
            milliseconds: 1)
        return try StructureFamily.frozen(known, as: view).network(
            input: view, InputSignature(kind: .image, shape: [features]), outputs: 2, width: 0.5)
    }

    private static func manifest(_ made: Made, _ network: URL) throws -> DatasetManifest {
        var manifest = made.manifest
        let photo = try #require(manifest.inputs["photo"])
        let contract = InputContract(
            shape: [3, 20, 20],
            preparation: .picture(PicturePreparation(fit: .stretch, means: [127, 127, 127], deviations: [64, 64, 64])))
        let frozen = FrozenNetwork(
            script: BlobDigest(hashing: [UInt8](try Data(contentsOf: network))), contract: contract,
            hasSeveralOutputs: false, means: [Float](repeating: 0, count: features),
            deviations: [Float](repeating: 0.05, count: features))
        manifest.inputs[view] = DatasetManifest.Input(
            signature: InputSignature(kind: .image, shape: [features]), columns: photo.columns,
            preparation: photo.preparation, frozen: frozen)
        return manifest
    }

    /// Gives an ensemble the weights of its members.
    private static func takeMembers(_ members: [NetworkDescription], _ ensemble: ScriptedNetwork) throws {
        let folder = try TemporaryDirectory()
        let files = try members.enumerated().map { place, member in
            let file = folder.file("\(place).safetensors")
            try ScriptedNetwork(member, seed: 5).saveWeights(to: file)
            return (file: file, prefix: NetworkDescription.prefix(ofMember: place))
        }
        try ensemble.loadWeights(from: files)
    }
}

extension DatasetManifest {
    /// The same with only these inputs.
    fileprivate func reading(_ names: [String]) throws -> DatasetManifest {
        var manifest = self
        manifest.inputs = inputs.filter { names.contains($0.key) }
        return manifest
    }
}
