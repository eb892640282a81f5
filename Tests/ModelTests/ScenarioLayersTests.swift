import Model
import Testing

@Suite struct ScenarioLayersTests {
    private static func search(_ search: String, more: String = "") throws -> Scenario.Search {
        try ScenarioFile(
            """
            scenario: layers
            modalities: {image: {dataset: mnist}, audio: {dataset: fsdd, noise: esc10}}
            search: {\(search)}
            \(more)
            """, file: "f.yaml"
        ).scenario.search
    }

    @Test func `layers are read, and omitted fields get defaults`() throws {
        let layers = try Self.search("layers: {most: 6, heights: [1, 7], strides: [1]}").layers
        #expect(layers == Scenario.Layers(most: 6, heights: [1, 7], strides: [1]))
        #expect(try Self.search("method: reinforce").layers == nil)
    }

    @Test(arguments: [
        ("layers: {most: 13}", "", "search.layers.most"),
        ("layers: {kernels: [8, 8]}", "", "search.layers.kernels: a number is listed twice"),
        ("layers: {kernels: [8.5]}", "", "8.5 is not a whole number"),
        ("layers: {heights: [2, 3]}", "", "search.layers.heights: 2 is even"),
        ("layers: {strides: [9]}", "", "search.layers.strides"),
        ("layers: {depth: 3}", "", "depth"),
        ("layers: {most: 2}, structures: [LeNet3]", "", "search.structures: networks are either whole structures"),
        ("layers: {most: 2}, widths: [1]", "", "search.widths: networks are either whole structures"),
        (
            "layers: {most: 2}", "fusion: {networks: {image: LeNet3, audio: LeNet5}}",
            "search.layers: needs networks that are trained as a whole"
        ),
    ])
    func `invalid layers are refused with their position`(search: String, more: String, message: String) {
        let failure = #expect(throws: Failure.self) { try Self.search(search, more: more) }
        let text = failure?.message ?? ""
        #expect(text.hasPrefix("f.yaml:3:") && text.contains(message), "\(text)")
    }
}
