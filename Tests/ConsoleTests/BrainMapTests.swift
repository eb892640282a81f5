import Brain
import Foundation
import Testing

@testable import ConsoleServer

@Suite struct BrainMapTests {
    private func drawing(_ view: BrainView, _ regions: [BrainRegion], isReachable: Bool = false) -> String {
        BrainMapDrawing(view: view, regions: regions, isReachable: isReachable) { "/brain?region=\($0.name)" }.svg()
    }

    private func regions(of function: String) throws -> [BrainRegion] {
        BrainScene.function(try Atlas.shipped.function(named: function), in: .shipped).regions
    }

    @Test(arguments: BrainView.allCases)
    func `every region of the atlas has a dot within the outline`(_ view: BrainView) throws {
        let regions = try regions(of: "vision.motion")
        let svg = drawing(view, regions)
        #expect(svg.matches(of: /data-region="/).count == Atlas.shipped.regions.count)
        let box = try #require(svg.firstMatch(of: /viewBox="0 0 ([0-9.]+) ([0-9.]+)"/))
        let (width, height) = (try #require(Double(box.1)), try #require(Double(box.2)))
        for dot in svg.matches(of: /cx="([0-9.-]+)" cy="([0-9.-]+)"/) {
            #expect((24...width - 24).contains(try #require(Double(dot.1))))
            #expect((24...height - 24).contains(try #require(Double(dot.2))))
        }
    }

    @Test func `left is left, front is to the right from the side, and up is up`() throws {
        func place(_ name: String, _ view: BrainView) throws -> (x: Double, y: Double) {
            let region = try Atlas.shipped.region(named: name)
            let regions = Atlas.shipped.regions.map { BrainRegion($0, strength: 0, style: "") }
            let pattern = try Regex(
                "data-region=\"\(region.number)\"[^>]*><circle class=\"quiet\" cx=\"([0-9.]+)\" cy=\"([0-9.]+)\"",
                as: (Substring, Substring, Substring).self)
            let match = try #require(drawing(view, regions).firstMatch(of: pattern))
            return (try #require(Double(match.1)), try #require(Double(match.2)))
        }
        for view in [BrainView.coronal, .axial] {
            #expect(try place("SFG_L_7_1", view).x < place("SFG_R_7_1", view).x)
        }
        #expect(try place("MVOcC_L_5_1", .sagittal).x < place("SFG_L_7_1", .sagittal).x)
        #expect(try place("MVOcC_L_5_1", .axial).y > place("SFG_L_7_1", .axial).y)
        #expect(try place("Amyg_L_2_1", .coronal).y > place("SFG_L_7_1", .coronal).y)
    }

    @Test func `strong regions are large and can be reached by keyboard in one view`() throws {
        let regions = try regions(of: "emotion.fear")
        let spots = regions.count { $0.strength > 0 }
        #expect(spots > 3)
        let reachable = drawing(.sagittal, regions, isReachable: true)
        #expect(reachable.matches(of: /<a class="spot emotion"[^>]*aria-label=/).count == spots)
        #expect(drawing(.axial, regions).matches(of: /<a class="spot emotion"[^>]*tabindex="-1"/).count == spots)
        let radii = reachable.matches(of: /r="([0-9.]+)"\/><text/).compactMap { Double($0.1) }
        #expect(radii == radii.sorted())
    }

    @Test func `an atlas of the largest size makes a small page`() {
        let regions = (0..<Atlas.mostRegions).map { index in
            let angle = Double(index) * 2.4
            return BrainRegion(
                id: index, name: "R\(index)", title: "region number \(index) of the largest atlas", x: 60 * cos(angle),
                y: 80 * sin(angle), z: Double(index % 80), strength: Double(index) / 2_000, style: "vision")
        }
        let bytes = BrainView.allCases.reduce(0) { $0 + drawing($1, regions).utf8.count }
        #expect(bytes < 280_000)
    }

    @Test func `areas, functions and modalities have the colors of their areas`() {
        let names = [
            "vision.motion", "perception.vision", "image", "emotion.fear", "audio", "cognition.language.speech",
        ]
        #expect(
            names.map { AreaStyle.style(of: $0) } == ["vision", "vision", "vision", "emotion", "audition", "language"])
        #expect(AreaStyle.style(of: "my-area") == "other")
    }
}
