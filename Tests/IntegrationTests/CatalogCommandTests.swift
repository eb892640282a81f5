import Foundation
import Model
import Networks
import ONNX
import RegistryClient
import Safetensors
import TestSupport
import Testing

/// The catalog commands with the built registry.
@Suite(.timeLimit(.minutes(5)))
struct CatalogCommandTests {
    private struct Row: Decodable {
        let id, series, stage: String
        let version: Int
    }

    private struct Stage: Decodable { let model, stage: String }

    /// A small model in ONNX.
    private func sample(_ gyrus: GyrusCommand) throws -> URL {
        let file = gyrus.folder.appending(path: "sample.onnx")
        guard !FileManager.default.fileExists(atPath: file.path) else { return file }
        let network = try TableSix.leNet3.network(shape: [1, 28, 28], classes: 10)
        let weights = gyrus.folder.appending(path: "sample.safetensors")
        let tensors = try network.tensors.map { tensor in
            try Tensor(tensor.name, shape: tensor.shape, [Float](repeating: 1, count: tensor.elementCount))
        }
        try SafetensorsFile.write(tensors, to: weights.path)
        try OnnxFile.write(network, weights: weights, to: file)
        return file
    }

    private func importSample(
        _ gyrus: GyrusCommand, _ id: String, _ more: String...
    ) async throws -> GyrusProgram.Output {
        try await gyrus.run(
            ["models", "import", try sample(gyrus).path, "--id", id, "--area", "vision", "--function", "detection"]
                + more)
    }

    @Test func `a file becomes a model with versions, stages and a history, and can be exported`() async throws {
        try await GyrusCommand.use { gyrus in
            try await gyrus.run("up", "-d", "registry")
            let first = try await importSample(gyrus, "one", "--licence", "MIT", "--accuracy", "0.5")
            #expect(first.status == 0 && first.out == "one\n", "\(first.err)")
            _ = try await importSample(gyrus, "two", "--parent", "one")
            let rows = try await gyrus.list(Row.self, "models", "--filter", "series=sample/*", "--order", "version")
            #expect(rows.map(\.id) == ["one", "two"] && rows.map(\.version) == [1, 2])

            #expect(try await gyrus.run("models", "stage", "one", "live", "--by", "ada").status == 0)
            #expect(try await gyrus.run("models", "stage", "two", "live", "--by", "ada").status == 0)
            let today = Date().formatted(.iso8601.year().month().day())
            let newest = try await gyrus.list(Row.self, "models", "--order", "-version", "--limit", "1")
            #expect(newest.map(\.id) == ["two"])
            let live = try await gyrus.list(
                Stage.self, "models", "history", "--stage", "live", "--on", today, "--series", "sample/unknown")
            #expect(live.map(\.model) == ["two", "one"])
            let before = try await gyrus.list(Stage.self, "models", "history", "--stage", "live", "--on", "2020-01-01")
            #expect(before.isEmpty)

            let page = try await gyrus.run("models", "show", "two")
            for word in ["sample; vision; detection", "Parent", "one", "History", "Key layer"] {
                #expect(page.out.contains(word), "\(word)")
            }
            let statistics = try await gyrus.run("models", "stats", "--by", "areas")
            #expect(statistics.out.contains("vision") && statistics.out.contains("50.00 %"))

            let out = gyrus.folder.appending(path: "out")
            #expect(try await gyrus.run("export", "one", "--output", out.path).status == 0)
            #expect(try Data(contentsOf: out.appending(path: "one.onnx")) == Data(contentsOf: sample(gyrus)))
            #expect(try await gyrus.run("export", "one", "--format", "torchscript", "--output", out.path).status == 0)
            let impossible = try await gyrus.run("export", "one", "--format", "safetensors", "--output", out.path)
            #expect(impossible.status == 1 && impossible.err.contains("(onnx, torchscript)"), "\(impossible.err)")
        }
    }

    @Test func `a folder of ONNX files with contracts becomes models that searches can choose`() async throws {
        try await GyrusCommand.use { gyrus in
            try await gyrus.run("up", "-d", "registry")
            let shelf = gyrus.folder.appending(path: "shelf")
            try FileManager.default.createDirectory(at: shelf, withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: sample(gyrus), to: shelf.appending(path: "digits.onnx"))
            try Data("picture: {size: 28, channels: 1, mean: [127], deviation: [128]}\n".utf8)
                .write(to: shelf.appending(path: "digits.contract.yaml"))
            let imported = try await gyrus.run("models", "import", shelf.path)
            #expect(imported.status == 0 && imported.err.contains("ran: [[2, 10]]"), "\(imported.err)")
            let candidates = try await gyrus.list(Row.self, "models", "--filter", "format=contract")
            #expect(candidates.count == 1 && candidates[0].id.hasPrefix("digits-"))
            let network = try TableSix.leNet3.network(shape: [1, 28, 28], classes: 10)
            let parameters = try network.tensors.reduce(0) { $0 + $1.elementCount }
            let statistics = try await gyrus.run("models", "stats", "--format", "json")
            #expect(statistics.out.contains(#""parameters" : \#(parameters)"#), "\(statistics.out)")
        }
    }

    private struct Seeded: Decodable {
        let file: String
        let model, reason: String?
    }

    @Test func `detectors and re-identification networks in the data directory are imported, others listed`()
        async throws
    {
        guard let detectors = try? RealData.locator.folder(of: "detectors") else {
            try Test.cancel("needs the folders 'detectors' and 'reid' in the data directory")
        }
        let data = URL(filePath: detectors).deletingLastPathComponent().path
        try await GyrusCommand.use { gyrus in
            try await gyrus.run("up", "-d", "registry")
            let first = try await gyrus.list(Seeded.self, "zoo", "seed", "--data", data)
            let again = try await gyrus.list(Seeded.self, "zoo", "seed", "--data", data)
            let imported = Set(first.compactMap(\.model))
            #expect(imported.count >= 3)
            #expect(Set(again.compactMap(\.model)) == imported)
            #expect((first + again).allSatisfy { ($0.model == nil) == ($0.reason?.isEmpty == false) })
            let licensed = try await gyrus.list(
                Row.self, "models", "--filter", "areas=vision", "--filter", "licence=Apache-2.0")
            #expect(!licensed.isEmpty && licensed.count < imported.count)
            #expect(imported.isSuperset(of: licensed.map(\.id)))
            for area in ["vision", "audition", "language", "emotion"] {
                let networks = try await gyrus.run("networks", "--filter", "areas=\(area)", "--quiet")
                #expect(networks.out.split(separator: "\n").count >= 4, "\(area)")
            }
        }
    }

    private static let rowsStructure = """
        name: Rows
        reads: table
        layers:
          - {kind: columns, categories: categories, features: 2}
          - {repeat: depth, layers: [{kind: linear, features: 6 * width}, {kind: relu}]}
          - {kind: linear, features: outputs}
        """

    @Test func `a user's structure is searched along with those of Gyrus`() async throws {
        try await GyrusCommand.use { gyrus in
            try await gyrus.run("up", "-d")
            let file = try gyrus.write(Self.rowsStructure, to: "rows.yaml")
            let broken = try gyrus.write(
                Self.rowsStructure.replacing("linear, features: 6", with: "lineal, features: 6"), to: "broken.yaml")
            let refused = try await gyrus.run("networks", "add", broken)
            #expect(refused.status == 2 && refused.err.contains("unknown kind 'lineal'"), "\(refused.err)")
            let checked = try await gyrus.run("networks", "add", file, "--check")
            #expect(checked.status == 0 && checked.out.contains("linear"), "\(checked.err)")
            let none = try await gyrus.run("networks", "--filter", "format=structure", "--quiet")
            #expect(none.out.trimmingCharacters(in: .newlines).isEmpty)
            #expect(try await gyrus.run("networks", "add", file).status == 0)
            let found = try await gyrus.run("networks", "--filter", "format=structure")
            #expect(found.out.contains("Rows"))

            let rows = (0..<120).map { "\($0 % 7),\($0 * 5 % 11),\($0 % 2 == 0 ? "even" : "odd")" }
            _ = try gyrus.write("a,b,kind\n" + rows.joined(separator: "\n") + "\n", to: "data.csv")
            let scenario = try gyrus.write(
                """
                scenario: own-structure
                data: {source: data.csv}
                target: {column: kind, kind: classification}
                modalities:
                  table: {kind: table, columns: [a, b]}
                search: {method: random, trials: 4, seed: 1, structures: [Rows, MLP]}
                training: {epochs: 1, batch: 16}
                final: {epochs: 1, batch: 16, samples: all, candidates: 1}
                """, to: "scenario.yaml")
            let before = try await gyrus.run("explain", scenario, "--format", "json")
            #expect(
                before.status == 0 && before.out.contains("\"structure\" : \"Rows\""), "\(before.out) \(before.err)")
            let ended = try await gyrus.run("publish", scenario, "--wait", "--id", "own")
            #expect(ended.status == 0, "\(ended.err)")
            let result = try await gyrus.run("result", "own")
            #expect(result.out.contains("Rows×") && result.out.contains("MLP×"), "\(result.out) \(result.err)")
            let reasons = try await gyrus.run("explain", "own")
            #expect(reasons.out.contains("Rows"), "\(reasons.out) \(reasons.err)")
        }
    }

    @Test func `a failed import leaves nothing behind`() async throws {
        try await GyrusCommand.use { gyrus in
            try await gyrus.run("up", "-d", "registry")
            let pickle = gyrus.folder.appending(path: "weights.pth")
            try Data([0x80, 0x02, 0x7d]).write(to: pickle)
            let refused = try await gyrus.run("models", "import", pickle.path)
            #expect(refused.status == 2 && refused.err.contains("pickle"), "\(refused.err)")
            let nameless = try await gyrus.run("models", "import", try sample(gyrus).path)
            #expect(nameless.status == 2 && nameless.err.contains("--area"), "\(nameless.err)")
            let orphan = try await importSample(gyrus, "x", "--parent", "nobody")
            #expect(orphan.status == 1 && orphan.err.contains("'nobody'"), "\(orphan.err)")
            let dry = try await importSample(gyrus, "x", "--dry-run")
            #expect(dry.status == 0 && dry.out.isEmpty)
            for list in ["models", "networks"] {
                let foreign = try await gyrus.run(list, "--filter", "format=onnx", "--quiet")
                #expect(foreign.out.trimmingCharacters(in: .newlines).isEmpty)
            }
            let verified = try await gyrus.run("registry", "verify")
            #expect(verified.status == 0 && verified.err.contains("0 files are intact"), "\(verified.err)")
        }
    }

    @Test func `a damaged file is found, and unneeded files are removed`() async throws {
        try await GyrusCommand.use { gyrus in
            try await gyrus.run("up", "-d", "registry")
            _ = try await importSample(gyrus, "one")
            let blobs = gyrus.folder.appending(path: "p")
            let files = FileManager.default.enumerator(at: blobs, includingPropertiesForKeys: [.fileSizeKey])
            let size = try Data(contentsOf: sample(gyrus)).count
            var blob: URL?
            while let file = files?.nextObject() as? URL {
                let values = try file.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
                if file.path.contains("/blobs/"), values.fileSize == size { blob = file }
            }
            let handle = try FileHandle(forUpdating: try #require(blob))
            try handle.write(contentsOf: [0xff])
            try handle.close()
            let verified = try await gyrus.run("registry", "verify")
            #expect(verified.status == 1 && verified.out.contains("model one (onnx)"), "\(verified.out)\(verified.err)")
            let collected = try await gyrus.run("registry", "gc", "--older-than", "0", "--dry-run")
            #expect(collected.status == 0 && collected.err.contains("0 files"), "\(collected.err)")
        }
    }
}
