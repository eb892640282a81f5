import Brain
import Foundation
import Messaging
import Model
import RegistryClient
import Schema
import Testing

@testable import RegistryServer

/// Areas of the shipped atlas, changed through the client.
@Suite(.timeLimit(.minutes(10)))
struct AreaTests {
    private let fixture: RegistryFixture

    init() throws { fixture = try RegistryFixture() }

    /// A seeded registry with a network in vision.
    private func use(_ body: (RegistryClient, BlobDigest) async throws -> Void) async throws {
        try await fixture.brain.seed()
        try await fixture.serve { client, _ in
            let network = try await client.register(try sampleNetwork())
            try await body(client, try #require(network.id))
        }
    }

    private func area(_ path: String, _ client: RegistryClient) async throws -> AreaStatus {
        let areas = try await client.areas()
        return try #require(areas.first { $0.path == path }, "\(areas.map(\.path))")
    }

    @Test func `the four areas come from the atlas, vision with motion, color, shape and other`() async throws {
        try await use { client, _ in
            let areas = try await client.areas()
            #expect(areas.filter { $0.parent == nil }.map(\.path) == ["vision", "audition", "language", "emotion"])
            for part in ["motion", "colour", "shape", "other"] {
                let found = try await area("vision.\(part)", client)
                #expect(!found.regions.isEmpty && found.origin == .atlas)
            }
            let vision = try await client.areas("vision")
            #expect(vision.allSatisfy { $0.path == "vision" || $0.path.hasPrefix("vision.") })
            #expect(vision.first?.networks == 1)
            let history = try await client.areaHistory(of: "vision")
            #expect(history.map(\.action) == ["added"])
        }
    }

    @Test func `seeding twice changes nothing, and an earlier network belongs to its area`() async throws {
        try await fixture.serve { client, _ in
            _ = try await client.register(try sampleNetwork())
            try await fixture.brain.seed()
            let first = try await client.areas()
            try await fixture.brain.seed()
            let second = try await client.areas()
            #expect(first == second)
            #expect(first.first?.networks == 1)
        }
    }

    @Test func `a renamed area keeps its identity, its networks and old codes, and answers to both names`() async throws
    {
        try await use { client, network in
            let before = try await area("vision", client)
            let code = try ArtificialCode("LeNet3; vision; classification; LeNet; mnist; 1M; 90%; SGD; Gyrus1.0")
            let numbers = try await client.numbers(of: code)

            let renamed = try await client.change(.rename("vision", to: "sight"))
            #expect(renamed.id == before.id && renamed.path == "sight" && renamed.networks == 1)
            let again = try await client.change(.rename("vision", to: "sight"))
            #expect(again == renamed)
            let part = try await area("sight.motion", client)
            #expect(part.parent == before.id)

            let decoded = try await client.code(of: numbers)
            #expect(decoded == code)
            for name in ["sight", "vision"] {
                let found = try await client.networks(.init(filter: ["areas": name]))
                #expect(found.map(\.id) == [network])
                let areas = try await client.areas(name)
                #expect(areas.first?.id == before.id)
            }
            // What is registered under the old name belongs to it, too.
            var other = try sampleNetwork("LeNet3b", classes: 7)
            other.areas = ["vision"]
            _ = try await client.register(other)
            let counted = try await area("sight", client)
            #expect(counted.networks == 2)
            let history = try await client.areaHistory(of: "vision")
            #expect(history.map(\.action) == ["renamed", "added"])
            #expect(history[0].details == ["from": "vision"])
        }
    }

    @Test func `a split moves functions and regions, and networks serve both or move`() async throws {
        try await use { client, network in
            _ = try await client.change(.tie("vision.motion", .init(networks: [network])))
            let motion = try await area("vision.motion", client)
            let regions = Array(motion.regions.prefix(3))
            let named = Dictionary(uniqueKeysWithValues: regions.map { ($0.region, 1.0) })
            let split = try await client.change(.split("vision.motion", off: "traffic", .init(regions: named)))
            #expect(split.path == "vision.traffic" && split.networks == 1)
            #expect(split.regions.map(\.strength) == regions.map(\.strength))
            let left = try await area("vision.motion", client)
            #expect(left.id == motion.id && left.networks == 1)
            #expect(left.regions.count == motion.regions.count - 3)
            #expect(Set(left.regions.map(\.region)).isDisjoint(with: named.keys))

            let moved = try await client.change(
                .split(
                    "vision", off: "colours", .init(functions: ["vision.colour"], networks: [network])))
            #expect(moved.path == "colours" && moved.parent == nil && moved.networks == 1)
            let vision = try await area("vision", client)
            #expect(vision.networks == 0)
            let part = try await area("colours.colour", client)
            #expect(part.parent == moved.id)
            #expect(try await fixture.eventKinds().filter { $0.hasPrefix("area.split") }.count == 4)
        }
    }

    @Test func `pretrained models move with their networks`() async throws {
        try await use { client, network in
            _ = try await client.register(
                PretrainedModel(
                    id: "m1", network: network, platform: "Gyrus1.0", dataset: "mnist", optimizer: "SGD", accuracy: 0.9,
                    files: [
                        ModelFile(.torchScript, try await client.upload(bytes: [1])),
                        ModelFile(.safetensors, try await client.upload(bytes: [2])),
                    ]))
            let before = try await area("vision", client)
            #expect(before.models == 1)
            let split = try await client.change(
                .split("vision", off: "letters", .init(functions: ["orthography"], networks: [network])))
            #expect(split.models == 1)
            let left = try await area("vision", client)
            #expect(left.models == 0)
            let merged = try await client.change(.merge("language", from: ["letters"]))
            #expect(merged.models == 1 && merged.networks == 1)
            let listed = try await client.models(.init(filter: ["areas": "language"]))
            #expect(listed.map(\.id) == ["m1"])
        }
    }

    @Test func `an atlas that was truncated in transit is refused`() throws {
        let (message, bytes) = try AtlasTransfer.pack(.shipped)
        #expect(try AtlasTransfer.unpack(message, bytes) == .shipped)
        let short = #expect(throws: Failure.self) { try AtlasTransfer.unpack(message, Array(bytes.dropLast(9_000))) }
        #expect(short?.code == .corrupt)
        var strange = message
        strange.files[0].name = "../roi.tsv"
        let failure = #expect(throws: Failure.self) { try AtlasTransfer.unpack(strange, bytes) }
        #expect(failure?.message.contains("../roi.tsv") == true)
    }

    @Test func `merged areas join functions, regions, networks and names`() async throws {
        try await use { client, network in
            _ = try await client.change(.tie("vision.shape", .init(networks: [network])))
            let (object, shape) = (try await area("vision.object", client), try await area("vision.shape", client))
            let merged = try await client.change(.merge("vision.object", from: ["vision.shape"]))
            #expect(merged.id == object.id && merged.networks == 1)
            #expect(Set(merged.functions) == Set(object.functions + shape.functions))
            #expect(Set(merged.regions.map(\.region)) == Set((object.regions + shape.regions).map(\.region)))
            let former = try await client.areas("vision.shape")
            #expect(former.map(\.id) == [object.id])
            let again = try await client.change(.merge("vision.object", from: ["vision.shape"]))
            #expect(again == merged)

            let joint = try await client.change(.merge("audition", from: ["emotion"]))
            let parts = try await client.areas("audition").map(\.path)
            #expect(joint.path == "audition")
            #expect(parts.contains("audition.fear") && parts.contains("audition.pitch"))
            #expect(parts.count { $0 == "audition.other" } == 1)
        }
    }

    @Test func `ties change an area's regions, and a partly invalid request changes nothing`() async throws {
        try await use { client, network in
            let before = try await area("vision.colour", client)
            let gone = before.regions[0].region
            let tied = try await client.change(
                .tie("vision.colour", .init(functions: ["gustation"], regions: [gone: 0, "1": 0.5])))
            #expect(!tied.regions.contains { $0.region == gone })
            #expect(tied.regions.contains { $0.region == "SFG_L_7_1" && $0.strength == 0.5 && $0.isByHand })
            #expect(tied.functions == ["perception.gustation", "perception.vision.colour"])
            let back = try await client.change(
                .untie("vision.colour", .init(functions: ["gustation"], regions: [gone: 0, "1": 0])))
            #expect(back.regions == before.regions)

            let wrong: [(AreaChange, String)] = [
                (.add("touch", .init()), "functions or regions"),
                (.add("To uch", .init(functions: ["somesthesis"])), "not a valid area name"),
                (.add("vision.a.b", .init(functions: ["pain"])), "not a valid area name"),
                (.add("touch", .init(functions: ["somesthesia"])), "'somesthesis'"),
                (.rename("vission", to: "x"), "'vision'"),
                (.rename("vision.motion", to: "shape"), "already"),
                (.tie("vision", .init(regions: ["1": 2])), "between 0 and 1"),
                (.tie("vision", .init(networks: [BlobDigest(hashing: [9])])), "no base network"),
                (.merge("vision.motion", from: ["vision"]), "other way around"),
            ]
            let all = try await client.areas()
            for (change, words) in wrong {
                let failure = await #expect(throws: Failure.self) { try await client.change(change) }
                #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
            }
            let after = try await client.areas()
            #expect(after == all)
        }
    }

    @Test func `an explanation lists the networks of activated areas, wherever they were moved`() async throws {
        try await use { client, _ in
            let names = [
                "LeNet5": ["vision"], "MediumNet": ["audition"], "MoodNet": ["emotion"], "LeNet5×2": ["emotion"],
            ]
            for (index, name) in names.keys.sorted().enumerated() {
                var network = try sampleNetwork(name, classes: 11 + index)
                network.areas = names[name] ?? []
                _ = try await client.register(network)
            }
            let request = Resolver.Request(
                stimuli: ["see movement"], modalities: ["image": "perception.vision", "audio": "perception.audition"])
            let before = try await client.explain(request)
            let (image, audio) = (before.modalities.first { $0.modality == "image" }, before.modalities.last)
            #expect(image?.candidates == ["LeNet3", "LeNet5"] && image?.others == ["MediumNet", "MoodNet"])
            #expect(audio?.modality == "audio" && audio?.candidates == ["MediumNet"])
            #expect(!before.candidates.contains { $0.network == "MoodNet" })

            let mood = try #require(try await client.networks(.init(filter: ["name": "MoodNet"])).first?.id)
            _ = try await client.change(.tie("vision.motion", .init(networks: [mood])))
            _ = try await client.change(.rename("vision", to: "sight"))
            let after = try await client.explain(request)
            #expect(after.candidates.contains { $0.network == "MoodNet" && $0.area == "sight.motion" })
            #expect(after.modalities.first { $0.modality == "image" }?.candidates.contains("MoodNet") == true)
            #expect(after.atlas == before.atlas && after.regions == before.regions)
        }
    }

    @Test func `another atlas keeps identities, names and networks, and reports what changed`() async throws {
        try await use { client, network in
            _ = try await client.change(.rename("vision", to: "sight"))
            let before = try await client.areas()
            let small = AtlasFiles([
                "roi.tsv": """
                roi_id\tname\themisphere\tmni_x\tmni_y\tmni_z
                1\tV1\tB\t0\t-80\t5
                2\tV5\tL\t-45\t-70\t5
                3\tV4\tL\t-30\t-80\t-10
                4\tA1\tL\t-50\t-20\t5

                """,
                "roi_function.tsv": """
                roi_id\tfunction\tstrength
                1\tperception.vision\t0.9
                1\tperception.vision.motion\t0.5
                2\tperception.vision.motion\t0.8
                3\tperception.vision.motion\t0.4
                1\tperception.vision.sparkle\t0.5
                2\tperception.vision.sparkle\t0.5
                3\tperception.vision.sparkle\t0.5
                4\tperception.audition\t0.9

                """,
            ])
            let changes = try await client.importAtlas(small)
            let regions = try #require(changes.first { $0.what == "regions" })
            #expect(regions.count == 4 && regions.totals == [4, 246, 0] && regions.removed.count == 100)
            let areas = try #require(changes.first { $0.what == "areas and sub-areas" })
            #expect(areas.added == ["sight.sparkle"])
            #expect(areas.removed.contains("sight.face") && areas.changed.contains("sight.motion"))
            let atlas = try await client.atlas()
            #expect(atlas.regions.map(\.name) == ["V1", "V5", "V4", "A1"] && atlas.coactivationCount == 0)
            let sight = try await area("sight", client)
            #expect(sight.networks == 1 && sight.regions.count == 3)

            // Back again: everything is as before, plus the sub-area that was added in between.
            _ = try await client.importAtlas(.shipped)
            let after = try await client.areas().filter { $0.path != "sight.sparkle" }
            #expect(after == before)
            let nothing = try await client.importAtlas(.shipped)
            #expect(!nothing.contains { !$0.isEmpty })
        }
    }

    @Test func `a broken atlas changes nothing`() async throws {
        try await use { client, _ in
            let before = try await client.atlasFiles()
            var broken = AtlasFiles.shipped
            broken.texts["roi_function.tsv"]?.append("9999\tperception.vision\t0.5\n")
            let failure = await #expect(throws: Failure.self) { try await client.importAtlas(broken) }
            #expect(failure?.code == .invalidArgument)
            #expect(
                failure?.message.hasPrefix("roi_function.tsv:2522: column 'roi_id'") == true,
                "\(failure?.message ?? "")")
            let after = try await client.atlasFiles()
            #expect(after == before)
        }
    }
}
