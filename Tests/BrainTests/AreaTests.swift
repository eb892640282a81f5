import Model
import Testing

@testable import Brain

struct AreaTests {
    /// An atlas with 12 regions in which functions have the given regions.
    static func atlas(_ functions: [String: [Int: Double]], _ pairs: [(Int, Int, Double)] = []) -> Atlas {
        let regions = (1...12).map { number in
            Region(
                number: number, name: "R\(number)", hemisphere: .left,
                position: .init(x: Double(number), y: 0, z: 0))
        }
        var names = Set(functions.keys)
        for name in functions.keys {
            var parent = BrainFunction.parent(of: name)
            while let next = parent { names.insert(next); parent = BrainFunction.parent(of: next) }
        }
        return Atlas(
            regions: regions, functions: names.map { BrainFunction(name: $0) }, words: [], sources: "",
            associations: functions.mapValues { ties in
                Dictionary(uniqueKeysWithValues: ties.map { ($0.key - 1, $0.value) })
            }, pairs: pairs.map { ($0.0 - 1, $0.1 - 1, $0.2) })
    }

    @Test func `the shipped atlas gives four areas with the sub-areas of figure 2`() throws {
        let map = AreaMap(computedFrom: .shipped)
        #expect(map.tops.map(\.name) == ["vision", "audition", "language", "emotion"])
        let parts = map.tops.map { map.parts(of: $0).map(\.name) }
        #expect(parts[0] == ["body", "colour", "face", "motion", "object", "scene", "shape", "other"])
        #expect(parts[1] == ["pitch", "voice", "music", "other"])
        #expect(parts[2] == ["orthography", "phonology", "semantics", "speech", "syntax", "other"])
        #expect(parts[3].contains("fear") && parts[3].last == "other")
        for area in map.areas { #expect(!map.regions(of: area).isEmpty, "\(map.path(of: area))") }
        // Both functions called speech share a sub-area.
        let speech = try map.area(named: "language.speech")
        #expect(speech.functions == ["cognition.language.speech", "action.execution.speech"])
    }

    @Test func `a function with more regions and sub-functions gets a richer area`() {
        let many = Dictionary(uniqueKeysWithValues: (1...3).map { ($0, 0.5) })
        let poor = Self.atlas(["perception.vision": many])
        let rich = Self.atlas([
            "perception.vision": many, "perception.vision.a": [4: 0.5, 5: 0.5, 6: 0.5],
            "perception.vision.b": [6: 0.5, 7: 0.5, 8: 0.5], "perception.vision.c": [9: 0.5, 10: 0.5],
        ])
        let areas = [poor, rich].map { AreaMap(computedFrom: $0) }
        #expect(areas.map { $0.parts(of: $0.tops[0]).map(\.name) } == [["other"], ["a", "b", "other"]])
        #expect(areas.map { $0.regions(of: $0.tops[0]).count } == [3, 10])
        // Functions with too few regions for their own sub-area are in `other`.
        let rest = areas[1].parts(of: areas[1].tops[0])[2]
        #expect(areas[1].regions(of: rest).map(\.value.number).sorted() == [1, 2, 3, 9, 10])
    }

    @Test func `other takes what no sub-area has, and manual ties come last`() throws {
        let atlas = Self.atlas([
            "emotion": [1: 0.9, 2: 0.8, 3: 0.7, 4: 0.6], "emotion.fear": [3: 0.5, 4: 0.5, 5: 0.5],
        ])
        var areas = AreaMap(computedFrom: atlas).areas
        var map = AreaMap(atlas, areas)
        func numbers(_ name: String) throws -> [Int] { try map.regions(of: map.area(named: name)).map(\.value.number) }
        #expect(try numbers("emotion.other") == [1, 2])
        areas.indices.filter { areas[$0].name == "fear" }.forEach { areas[$0].regions = ["R3": 0, "R9": 1] }
        map = AreaMap(atlas, areas)
        #expect(try numbers("emotion.fear") == [9, 4, 5])
        #expect(try numbers("emotion.other") == [1, 2, 3])
        #expect(try numbers("emotion") == [9, 1, 2, 3, 4, 5])
    }

    @Test func `an area is found by its path or a unique name`() throws {
        let map = AreaMap(computedFrom: .shipped)
        #expect(try map.path(of: map.area(named: "motion")) == "vision.motion")
        #expect(try map.path(of: map.area(named: "vision.color")) == "vision.colour")
        let several = #expect(throws: Failure.self) { try map.area(named: "other") }
        #expect(several?.message.contains("emotion.other") == true)
        let missing = #expect(throws: Failure.self) { try map.area(named: "vison") }
        #expect(missing?.message.contains("'vision'") == true)
    }
}
