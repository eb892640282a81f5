import Model
import Testing

@testable import Brain

struct CooperationTests {
    /// The example of figure 3: eight regions A to H. The stimuli drive A, B and C, and E and F; G is active with E and
    /// F. D is associated too weakly, and H has a partner that is silent.
    private static let figureThree: AreaMap = {
        let names = Array("ABCDEFGH").map(String.init)
        let functions = [
            "perception.vision": [0: 0.9, 1: 0.8, 3: 0.2],
            "perception.vision.motion": [0: 0.7, 1: 0.6, 2: 0.5],
            "perception.audition": [4: 0.9, 5: 0.8],
            "perception.audition.pitch": [4: 0.6, 5: 0.7, 6: 0.35],
            "emotion": [3: 0.3, 7: 0.8],
        ]
        let atlas = Atlas(
            regions: names.enumerated().map {
                Region(number: $0 + 1, name: $1, hemisphere: .left, position: .init(x: Double($0), y: 0, z: 0))
            },
            functions: (Array(functions.keys) + ["perception"]).map { BrainFunction(name: $0) },
            words: [
                .init(text: "see", functions: ["perception.vision"]),
                .init(text: "movement", functions: ["perception.vision.motion"]),
                .init(text: "hear", functions: ["perception.audition"]),
                .init(text: "melody", functions: ["perception.audition.pitch"]),
            ],
            sources: "", associations: functions,
            pairs: [(4, 6, 0.4), (5, 6, 0.4), (0, 4, 0.2), (3, 7, 0.5)])
        return AreaMap(computedFrom: atlas)
    }()

    private static func explain(_ request: Resolver.Request, networks: [Int: [String]] = [:]) throws -> Explanation {
        try Resolver(figureThree, digest: BlobDigest(hashing: []), networks: networks).explain(request)
    }

    @Test func `the stimuli of figure 3 activate A, B, C, E, F and G of A to H`() throws {
        let explanation = try Self.explain(.init(stimuli: ["see movement", "hear a melody"]))
        #expect(explanation.regions.map(\.name).sorted() == ["A", "B", "C", "E", "F", "G"])
        // G by its partners: 0.35 + (1 − 0.35) · 0.3 · (0.4 · 0.9 + 0.4 · 0.8) / 0.8.
        let g = try #require(explanation.regions.first { $0.name == "G" })
        #expect(g.association == 0.35 && g.activation == 0.5158 && g.spread == 0.1658)
        let e = try #require(explanation.regions.first { $0.name == "E" })
        #expect(e.function == "perception.audition")
        let areas = explanation.areas.filter(\.isActivated).map(\.path)
        #expect(areas.sorted() == ["audition", "vision"])
        let parts = explanation.parts.filter(\.isActivated).map(\.path).sorted()
        #expect(parts == ["audition.pitch", "vision.motion"])
        #expect(explanation.cooperation.count == 1 && explanation.cooperation[0].strength > 0)
    }

    @Test func `candidates come from activated areas, and those of other areas are marked`() throws {
        let map = Self.figureThree
        func id(_ name: String) throws -> Int { try map.area(named: name).id }
        let networks = [
            try id("vision"): ["LeNet5", "LeNet3"], try id("vision.motion"): ["C3D"],
            try id("emotion"): ["MoodNet", "LeNet3"], try id("audition"): ["MediumNet", "LeNet5×2"],
        ]
        let explanation = try Self.explain(
            .init(stimuli: ["see movement"], modalities: ["image": "vision", "audio": "audition"]), networks: networks)
        #expect(explanation.candidates.map(\.network) == ["C3D", "LeNet3", "LeNet5"])
        #expect(explanation.candidates.map(\.area) == ["vision.motion", "vision", "vision"])
        #expect(explanation.modalities.map(\.modality) == ["image", "audio"])
        let image = explanation.modalities[0]
        #expect(image.area == "vision" && image.candidates == ["C3D", "LeNet3", "LeNet5"])
        #expect(image.others == ["MediumNet", "MoodNet"])
        // A modality that the atlas does not know is open to all networks.
        let strange = try Self.explain(
            .init(stimuli: ["see movement"], modalities: ["nose": "perception.olfaction"]), networks: networks)
        #expect(strange.modalities.map(\.area) == [nil] && strange.modalities[0].others.isEmpty)
    }

    @Test func `an area of three regions needs all of them if others share the first two`() throws {
        func activated(_ emotion: [Int: Double]) throws -> [String] {
            let functions = ["perception.vision": [0: 0.9, 1: 0.9, 2: 0.8, 3: 0.7], "emotion": emotion]
            let atlas = Atlas(
                regions: (0..<6).map {
                    Region(number: $0 + 1, name: "R\($0)", hemisphere: .left, position: .init(x: 0, y: 0, z: 0))
                }, functions: (Array(functions.keys) + ["perception"]).map { BrainFunction(name: $0) }, words: [],
                sources: "", associations: functions, pairs: [])
            let resolver = Resolver(AreaMap(computedFrom: atlas), digest: BlobDigest(hashing: []))
            return try resolver.explain(.init(functions: ["vision"])).areas.filter(\.isActivated).map(\.path)
        }
        // Two of its three regions belong to vision, which makes more than three fifths of its activation.
        #expect(try activated([0: 0.6, 1: 0.6, 4: 0.5]) == ["vision"])
        // All of its regions: seeing engages it, too.
        #expect(try Set(activated([0: 0.6, 1: 0.6, 2: 0.5])) == ["vision", "emotion"])
        // A region that hardly belongs to it does not count.
        #expect(try Set(activated([0: 0.9, 1: 0.9, 4: 0.05])) == ["vision", "emotion"])
    }

    @Test func `the areas that cooperate most strongly are fused first`() throws {
        let names = Array("ABCDEF").map(String.init)
        let functions = [
            "perception.vision": [0: 0.9, 1: 0.9], "perception.audition": [2: 0.9, 3: 0.9],
            "emotion": [4: 0.9, 5: 0.9],
        ]
        func order(_ pairs: [(first: Int, second: Int, strength: Double)]) throws -> [String] {
            let atlas = Atlas(
                regions: names.enumerated().map {
                    Region(number: $0 + 1, name: $1, hemisphere: .left, position: .init(x: Double($0), y: 0, z: 0))
                }, functions: (Array(functions.keys) + ["perception"]).map { BrainFunction(name: $0) }, words: [],
                sources: "", associations: functions, pairs: pairs)
            let resolver = Resolver(AreaMap(computedFrom: atlas), digest: BlobDigest(hashing: []))
            return try resolver.explain(
                .init(
                    functions: ["vision", "audition", "emotion"],
                    modalities: ["image": "vision", "audio": "audition", "pulse": "emotion"])
            ).fusionOrder
        }
        #expect(try order([(2, 4, 0.6), (0, 4, 0.3), (1, 2, 0.1)]) == ["audio", "pulse", "image"])
        #expect(try order([(2, 4, 0.1), (0, 4, 0.3), (1, 2, 0.6)]) == ["image", "audio", "pulse"])
    }

    @Test func `the demo's stimuli activate vision and audition on the shipped atlas, and not emotion`() throws {
        let map = AreaMap(computedFrom: .shipped)
        let resolver = Resolver(map, digest: AtlasFiles.shipped.digest)
        let explanation = try resolver.explain(
            .init(
                stimuli: ["see written digits", "hear spoken digits"],
                modalities: ["image": "perception.vision", "audio": "perception.audition"]))
        let activated = Set(explanation.areas.filter(\.isActivated).map(\.path))
        #expect(activated.isSuperset(of: ["vision", "audition"]) && !activated.contains("emotion"))
        #expect(explanation.regions.allSatisfy { $0.activation >= Activation.threshold })
        #expect(explanation.regions.contains { $0.name == "STG_L_6_2" })
        let again = try resolver.explain(
            .init(
                stimuli: ["see written digits", "hear spoken digits"],
                modalities: ["image": "perception.vision", "audio": "perception.audition"]))
        #expect(try again.json == explanation.json)
        #expect(try Explanation(json: explanation.json) == explanation)
    }

    @Test func `one function activates its own sub-area more than others`() throws {
        let resolver = Resolver(AreaMap(computedFrom: .shipped), digest: AtlasFiles.shipped.digest)
        for name in ["vision.motion", "vision.colour", "vision.face", "emotion.fear", "audition.pitch"] {
            let explanation = try resolver.explain(.init(functions: [name]))
            let own = try #require(explanation.parts.first { $0.path == name })
            #expect(own.isActivated, "\(name) \(own.activation)")
            #expect(own.activation >= 0.6 * own.fullActivation)
            let top = String(name.prefix { $0 != "." })
            #expect(explanation.areas.first { $0.path == top }?.isActivated == true)
        }
        let mood = try resolver.explain(.init(functions: ["emotion.fear"]))
        #expect(mood.areas.first { $0.path == "audition" }?.isActivated == false)
    }

    @Test
    func `without stimuli and functions the modalities decide, and an empty scenario is refused`()
        throws
    {
        let explanation = try Self.explain(.init(modalities: ["image": "vision"]))
        #expect(explanation.functions == ["perception.vision"])
        #expect(throws: Failure.self) { try Self.explain(.init()) }
        let wrong = #expect(throws: Failure.self) { try Self.explain(.init(functions: ["vison"])) }
        #expect(wrong?.message.hasPrefix("functions: ") == true && wrong?.message.contains("'vision'") == true)
    }
}
