import ConsoleSupport
import Foundation
import Model
import RegistryClient
import ServiceClient
import TestSupport
import Testing

/// What the console shows of prepared data.
@Suite(.timeLimit(.minutes(10))) struct DataPageTests {
    /// A table of pictures, sounds and texts with a label.
    private static func table(in folder: TemporaryDirectory) throws {
        var table = "photo,voice,words,label\n"
        for index in 0..<24 {
            let level = UInt8(index * 10)
            _ = try folder.write(
                Array("P6 8 8 255\n".utf8) + [UInt8](repeating: level, count: 192), as: "p\(index).ppm")
            let samples = (0..<400).map { UInt8(128 + ($0 * (index + 1)) % 50) }
            _ = try folder.write(
                Array("RIFF".utf8) + [180, 1, 0, 0] + Array("WAVEfmt ".utf8) + [16, 0, 0, 0, 1, 0, 1, 0]
                    + [0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0] + Array("data".utf8) + [144, 1, 0, 0] + samples,
                as: "v\(index).wav")
            table += "p\(index).ppm,v\(index).wav,it is <said> \(index) times or so,\(["a", "b"][index % 2])\n"
        }
        _ = try folder.write(table.utf8, as: "rows.csv")
    }

    @Test func `a dataset's page shows its contents with pictures, sounds and texts`() async throws {
        let folder = try TemporaryDirectory()
        try Self.table(in: folder)
        var settings = DataSettings(source: folder.path("rows.csv"))
        settings.target = DataSettings.Answer(columns: ["label"])
        settings.modalities = [
            "photo": .init(columns: ["photo"], kind: .image), "voice": .init(columns: ["voice"], kind: .audio),
            "words": .init(columns: ["words"], kind: .text),
        ]
        let request = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
        let prepared = try await ChildProcess.output(
            of: ChildProcess.executable("gyrus-data").path, ["prepare"],
            input: "\(request)\n\(folder.path("data.safetensors"))\n")
        #expect(prepared.status == 0, "\(prepared.out)")
        let first = try #require(prepared.out.split(separator: "\n").first)
        let message = try JSONDecoder().decode(PreparationMessage.self, from: Data(first.utf8))
        let recipe = try #require(message.identity)
        try await ConsoleCluster.run([.registry]) { cluster in
            let registry = try cluster.registry
            let blob = try await registry.upload(file: folder.file("data.safetensors"))
            _ = try await registry.register(
                RegisteredDataset(
                    name: "rows", recipe: BlobDigest(recipe), blob: blob, classes: 2,
                    attributes: ["training.samples": "16", "version": "3"]))
            let list = try await cluster.browser.get("/datasets")
            #expect(list.status == 200 && list.text.contains("rows@3") && list.text.contains("/datasets/\(recipe)"))
            let page = try await cluster.browser.get("/datasets/\(recipe)")
            #expect(page.status == 200, "\(page.text)")
            for part in ["it is &lt;said&gt; 0 times", "rows.csv, row 1", "photo", "<audio", "Classes", "16 training"] {
                #expect(page.text.contains(part), "\(part)")
            }
            let picture = try await cluster.browser.get("/datasets/\(recipe)/0/photo")
            #expect(
                picture.field("Content-Type") == "image/png" && picture.body.starts(with: [0x89, 0x50, 0x4E, 0x47]))
            let sound = try await cluster.browser.get("/datasets/\(recipe)/0/voice")
            #expect(sound.field("Content-Type") == "audio/wav" && sound.body.count == 44 + 2 * 400)
            for missing in ["\(recipe)/99/photo", "\(recipe)/0/words", String(repeating: "0", count: 64)] {
                #expect(try await cluster.browser.get("/datasets/\(missing)").status == 404, "\(missing)")
            }
        }
    }
}
