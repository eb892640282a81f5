import Foundation
import Model
import TestSupport
import Testing

@testable import Brain

struct AtlasTests {
    /// The folder of the tables that the shipped atlas was derived from; nil if it is not on this machine.
    static let sources: URL? = RealData.locator.folders.map { URL(filePath: "\($0)/atlas") }
        .first { FileManager.default.fileExists(atPath: $0.appending(path: "coactivation_phi.tsv").path) }

    @Test func `the shipped atlas has 246 regions, a hierarchy of functions and the strongest co-activations`() throws {
        let atlas = Atlas.shipped
        #expect(atlas.regions.count == 246)
        #expect((60...110).contains(atlas.functions.count))
        #expect(atlas.associationCount == 2520)
        #expect(atlas.coactivationCount == 1820)
        #expect(atlas.regions.allSatisfy { !$0.lobe.isEmpty && !$0.gyrus.isEmpty && !$0.network.isEmpty })
        #expect(Set(atlas.regions.map(\.hemisphere)) == [.left, .right])
        #expect(atlas.sources.contains("ODbL"))
        let names = Set(atlas.functions.map(\.name))
        #expect(atlas.functions.allSatisfy { $0.parent.map(names.contains) ?? true })
        // Many to many.
        let motion = atlas.regions(of: "perception.vision.motion")
        #expect(motion.count > 20)
        #expect(atlas.functions(of: motion[0].value).count > 1)
    }

    @Test(.enabled(if: sources != nil, "needs the tables of the atlas's sources; name their folder with $GYRUS_DATA"))
    func `the shipped atlas is what the sources' tables give`() throws {
        let derived = try Atlas(AtlasFiles(folder: try #require(Self.sources)))
        let shipped = Atlas.shipped
        for name in ["roi.tsv", "function.tsv", "roi_function.tsv", "coactivation.tsv", "word.tsv"] {
            #expect(derived.files.texts[name] == AtlasFiles.shipped.texts[name], "\(name)")
        }
        #expect(derived.regions == shipped.regions && derived.functions == shipped.functions)
    }

    @Test func `writing the shipped atlas gives the shipped files`() throws {
        #expect(Atlas.shipped.files == .shipped)
        #expect(try Atlas(Atlas.shipped.files) == .shipped)
        #expect(AtlasFiles.shipped.texts.values.reduce(0) { $0 + $1.utf8.count } < 400_000)
    }

    @Test func `real regions have their known functions`() throws {
        let atlas = Atlas.shipped
        func gyri(_ function: String, _ count: Int) throws -> Set<String> {
            Set(try atlas.regions(of: atlas.function(named: function).name).prefix(count).map(\.value.gyrus))
        }
        let motion = atlas.regions(of: "perception.vision.motion").prefix(4).map(\.value.partName)
        #expect(motion.count { $0 == "area V5/MT+" } == 2)
        #expect(try gyri("vision.face", 4).contains("FuG"))
        #expect(try gyri("audition", 4) == ["STG"])
        #expect(try gyri("emotion.fear", 4).contains("Amyg"))
    }

    @Test func `neighbors are sorted by distance, partners by co-activation`() throws {
        let atlas = Atlas.shipped
        let region = try atlas.region(named: "1")
        let neighbors = atlas.neighbors(of: region, within: 40)
        #expect(neighbors.count > 5)
        #expect(neighbors.map(\.distance) == neighbors.map(\.distance).sorted())
        #expect(neighbors.allSatisfy { $0.distance <= 40 && $0.isAdjacent == ($0.distance <= 20) })
        #expect(neighbors[0].region.position.distance(to: region.position) == neighbors[0].distance)
        let partners = atlas.partners(of: region)
        #expect(partners.count >= Atlas.keptPartners)
        #expect(partners.map(\.strength) == partners.map(\.strength).sorted(by: >))
        let back = atlas.partners(of: partners[0].value)
        #expect(back.contains { $0.value == region && $0.strength == partners[0].strength })
    }

    @Test
    func `a function is found by the end of its path, in either spelling, and typos get a suggestion`()
        throws
    {
        let atlas = Atlas.shipped
        #expect(try atlas.function(named: "vision.color").name == "perception.vision.colour")
        #expect(try atlas.function(named: "motion").name == "perception.vision.motion")
        let several = #expect(throws: Failure.self) { try atlas.function(named: "speech") }
        #expect(several?.message.contains("cognition.language.speech") == true)
        let missing = #expect(throws: Failure.self) { try atlas.function(named: "motoin") }
        #expect(missing?.message.contains("'motion'") == true)
    }
}
