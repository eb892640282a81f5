import Networks
import Testing

@Suite struct ZooTests {
    @Test func `the zoo has compatible networks for all four areas`() throws {
        let zoo = try ZooNetwork.all
        for (area, least) in [("vision", 12), ("audition", 6), ("language", 5), ("emotion", 4)] {
            #expect(zoo.filter { $0.areas.contains(area) }.count >= least, "\(area)")
        }
        #expect(
            Set(zoo.map(\.network.name)).isSuperset(of: StructureFamily.all.filter { !$0.areas.isEmpty }.map(\.name)))
        #expect(Set(zoo.map(\.network.name)).count == zoo.count)
        #expect(Set(try zoo.map { try $0.network.id }).count == zoo.count)
        for entry in zoo {
            #expect(try NetworkDescription(json: entry.network.canonicalJSON) == entry.network)
            #expect(try entry.network.outputShape.count == 1, "\(entry.network.name)")
            #expect(try !NetworkStructure(entry.network).keyLayers.isEmpty)
            #expect(!entry.source.isEmpty)
            // A sub-area is never without its area.
            for area in entry.areas where area.contains(".") {
                #expect(entry.areas.contains(String(area.prefix { $0 != "." })))
            }
        }
    }

    /// Parameters as the publications give them, or as their authors' code counts.
    @Test(arguments: [
        ("ResNet20", 0.27e6, 0.02), ("ResNet8", 78e3, 0.02), ("All-CNN-C", 1.4e6, 0.05),
        ("MobileNet-0.25", 0.22e6, 0.05),
        ("LeNet-5-1998", 61.7e3, 0.01), ("CIFAR10-quick", 145_578, 0), ("DS-CNN-S", 24e3, 0.06), ("M5", 0.56e6, 0.05),
        ("TC-ResNet8", 66e3, 0.05), ("CREPE-tiny", 0.49e6, 0.03), ("mini-Xception", 56_951, 0),
        ("fastText", 500e3, 0.01),
    ])
    func `standard networks have their known sizes`(name: String, size: Double, tolerance: Double) throws {
        let entry = try #require(try ZooNetwork.all.first { $0.network.name == name })
        let count = Double(try entry.network.parameterCount)
        #expect(abs(count / size - 1) <= tolerance, "\(name): \(count)")
    }

    @Test func `an embedding is checked and counted`() throws {
        func network(_ vocabulary: Int, shape: [Int] = [12]) -> NetworkDescription {
            NetworkDescription(
                name: "words", inputs: [.init(name: "text", shape: shape)],
                layers: [Layer("words", .embedding(vocabulary: vocabulary, features: 8), from: "text")])
        }
        #expect(try network(50).validate() == ["words": [8, 1, 12]])
        #expect(try network(50).parameterCount == 400)
        #expect(try network(50).multiplyAccumulates == 0)
        #expect(try NetworkDescription(json: network(50).canonicalJSON) == network(50))
        for wrong in [network(0), network(50, shape: [1, 3, 4])] {
            #expect(throws: (any Error).self) { try wrong.validate() }
        }
    }
}
