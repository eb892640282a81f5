import Brain
import Foundation
import Model
import RegistryClient
import TestSupport
import Testing

/// The built `gyrus` with the registry and the designer: atlas, areas and explanations as a user sees them.
@Suite(.timeLimit(.minutes(3)))
struct BrainProcessTests {
    private static let scenario = """
        scenario: digits
        stimuli: [see written digits, hear spoken digits]
        modalities:
          image: {dataset: mnist}
          audio: {dataset: fsdd, noise: esc10}
        search: {population: 4, trials: 8, seed: 7, widths: [0.5, 1]}
        """

    /// A command's output on both streams together, and its exit status.
    private struct Output {
        let status: Int32
        let text: String
    }

    /// Starts registry and designer and provides a way to run `gyrus`.
    private func use(_ body: (ProcessFixture, (String...) async throws -> Output) async throws -> Void) async throws {
        try await ProcessFixture.run { fixture in
            _ = try fixture.start("registry", [])
            _ = try fixture.start("designer", [])
            _ = try await Self.run(fixture, ["health", "registry", "designer", "--wait", "30s"])
            try await body(fixture) { try await Self.run(fixture, $0) }
        }
    }

    private static func run(_ fixture: ProcessFixture, _ arguments: [String]) async throws -> Output {
        let name = "gyrus-\(UUID().uuidString)"
        let child = try fixture.start("gyrus", arguments, name: name)
        let status = await child.end()
        return Output(status: status, text: try String(contentsOf: child.log, encoding: .utf8))
    }

    @Test func `a fresh installation has the atlas and its areas, and answers queries about them`() async throws {
        try await use { fixture, gyrus in
            let areas = try await gyrus("areas", "--quiet")
            for name in ["vision", "vision.motion", "vision.colour", "vision.shape", "vision.other", "emotion.fear"] {
                #expect(areas.text.split(separator: "\n").contains(Substring(name)), "\(areas.text)")
            }
            let regions = try await gyrus("rois", "--function", "audition", "--limit", "1", "--format", "json")
            #expect(regions.text.contains("\"name\" : \"STG_R_6_2\""), "\(regions.text)")
            let near = try await gyrus("rois", "--near", "STG_R_6_2", "--within", "25", "--quiet")
            let partners = try await gyrus("rois", "--partners-of", "STG_R_6_2", "--quiet")
            #expect(near.text.contains("STG_R_6_") && partners.text.contains("STG_L_6_2"))
            let functions = try await gyrus("functions", "--region", "STG_R_6_2", "--quiet")
            #expect(functions.text.contains("perception.audition"))
            let sources = try await gyrus("atlas")
            #expect(sources.text.contains("ODbL 1.0"))
        }
    }

    @Test func `an atlas is exported, imported and refused, each with its report`() async throws {
        try await use { fixture, gyrus in
            let folder = fixture.directory.appending(path: "atlas")
            let exported = try await gyrus("atlas", "export", folder.path)
            #expect(exported.status == 0)
            #expect(try Atlas(AtlasFiles(folder: folder)) == .shipped)

            let file = folder.appending(path: "roi_function.tsv")
            let table = try String(contentsOf: file, encoding: .utf8)
            try (table + "1\tperception.vision\tmuch\n").write(to: file, atomically: true, encoding: .utf8)
            let refused = try await gyrus("atlas", "import", folder.path)
            #expect(refused.status == 2)
            #expect(refused.text.contains("roi_function.tsv:2522: column 'strength': 'much' is not a number"))

            let lines = table.split(separator: "\n").filter { !$0.contains("perception.vision.motion") }
            try (lines.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
            let imported = try await gyrus("atlas", "import", folder.path, "--format", "json")
            #expect(imported.status == 0 && imported.text.contains("\"vision.motion\""), "\(imported.text)")
            let none = try await gyrus("rois", "--area", "vision.motion", "--quiet")
            #expect(none.status == 0 && none.text.isEmpty)
            let back = try await gyrus("atlas", "import", "--shipped", "--format", "json")
            #expect(back.status == 0)
            let all = try await gyrus("rois", "--area", "vision.motion", "--quiet")
            #expect(all.text.split(separator: "\n").count == 51)
            let neither = try await gyrus("atlas", "import")
            #expect(neither.status == 2)
        }
    }

    @Test func `areas can be changed while the registry runs, and their history survives it`() async throws {
        try await use { fixture, gyrus in
            for arguments in [
                ["areas", "add", "touch", "--function", "somesthesis"], ["areas", "rename", "touch", "skin"],
                ["areas", "split", "vision.face", "--off", "expression", "--region", "Amyg_L_2_1"],
                ["areas", "merge", "vision.object", "vision.shape"],
                ["areas", "tie", "skin", "--region", "PoG_L_4_1=0.9"],
                ["areas", "untie", "skin", "--region", "PoG_L_4_1"],
            ] {
                let output = try await Self.run(fixture, arguments)
                #expect(output.status == 0, "\(output.text)")
            }
            let wrong = try await gyrus("areas", "rename", "vison", "x")
            #expect(wrong.status == 1 && wrong.text.contains("Did you mean 'vision'?"), "\(wrong.text)")
            let history = try await gyrus("areas", "history", "touch")
            for word in ["renamed", "from=touch", "tied", "untied", "added"] { #expect(history.text.contains(word)) }
            let list = try await gyrus("areas", "--quiet")
            #expect(list.text.contains("vision.expression") && !list.text.contains("vision.shape"))
        }
    }

    @Test func `a scenario is explained from its file, or by its ID once published`() async throws {
        try await use { fixture, gyrus in
            let file = fixture.directory.appending(path: "digits.yaml")
            try Self.scenario.write(to: file, atomically: true, encoding: .utf8)
            let before = try await gyrus("explain", file.path, "--format", "json")
            let explained = try Explanation(json: before.text)
            let words = try await gyrus("explain", "see faces, hear voices")
            for area in ["vision", "face", "audition", "voice"] { #expect(words.text.contains(area), "\(words.text)") }
            #expect(explained.areas.filter(\.isActivated).map(\.path).contains("vision"))
            #expect(explained.fusionOrder.sorted() == ["audio", "image"])
            let published = try await gyrus("publish", file.path, "--id", "s1")
            #expect(published.status == 0, "\(published.text)")
            // Later changes do not affect the search.
            _ = try await gyrus("areas", "merge", "language", "vision")
            let after = try await gyrus("explain", "s1", "--format", "json")
            #expect(try Explanation(json: after.text) == explained)
            let table = try await gyrus("explain", "s1")
            for words in ["Active regions", "perception.audition", "Order in which fusion is tried"] {
                #expect(table.text.contains(words), "\(table.text)")
            }

            try Self.scenario.replacing("written", with: "writen").write(to: file, atomically: true, encoding: .utf8)
            let warned = try await gyrus("explain", file.path)
            #expect(warned.status == 0)
            #expect(warned.text.contains("Warning: stimuli: ") && warned.text.contains("'written'"))
            #expect(warned.text.contains("Structures that a gene chooses from"))
        }
    }
}
