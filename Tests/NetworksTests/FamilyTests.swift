import Model
import Networks
import Testing

@Suite struct FamilyTests {
    static let inputs: [InputSignature] = [
        .init(kind: .image, shape: [1, 28, 28]), .init(kind: .image, shape: [3, 32, 32]),
        .init(kind: .image, shape: [3, 64, 48]), .init(kind: .image, shape: [3, 224, 224]),
        .init(kind: .audio, shape: [1, 40, 101]), .init(kind: .audio, shape: [1, 112, 112]),
        .init(kind: .audio, shape: [1, 8_000]), .init(kind: .audio, shape: [2, 500]),
        .init(kind: .text, shape: [16], vocabulary: 500), .init(kind: .text, shape: [256], vocabulary: 8_000),
        .init(kind: .table, shape: [6]), .init(kind: .table, shape: [6], categories: [3, 12]),
        .init(kind: .table, shape: [2], categories: [3, 12]), .init(kind: .series, shape: [1, 187]),
        .init(kind: .series, shape: [9, 128]), .init(kind: .series, shape: [3, 5_000]),
    ]

    @Test(arguments: inputs)
    func `every family that accepts an input makes a valid network of any width`(_ input: InputSignature)
        throws
    {
        let families = StructureFamily.all.filter { $0.takes(input) }
        #expect(families.count >= 3)
        for family in families {
            for width in [0.5, 1, 2] {
                let network = try family.network(input: "sample", input, outputs: 7, width: width, depth: width)
                #expect(try network.outputShape == [7], "\(family.name)")
                #expect(network.inputs == [.init(name: "sample", shape: input.shape)])
                #expect(try network.multiplyAccumulates > 0)
                #expect(try NetworkDescription(json: network.canonicalJSON) == network)
                // Its features can be joined with those of others, without its own answer.
                guard case .linear? = network.layers.last?.operation else {
                    Issue.record("\(family.name) ends with no linear layer.")
                    continue
                }
                let fused = try NetworkDescription.fused(branches: [("sample", network)], classes: 7)
                #expect(try fused.parameterCount == network.parameterCount, "\(family.name)")
                #expect(try Backbone(modality: "sample", network: network).stages.last?.features == 7)
            }
        }
    }

    @Test func `wider and deeper networks are larger`() throws {
        for input in Self.inputs {
            for family in StructureFamily.all where family.takes(input) && family.name != "Linear" {
                let sizes = try [0.5, 1, 2].map {
                    try family.network(input: "x", input, outputs: 3, width: $0, depth: $0).parameterCount
                }
                #expect(sizes == sizes.sorted() && Set(sizes).count == 3, "\(family.name) \(input.shape): \(sizes)")
            }
        }
    }

    @Test func `searches have few families to choose from for each form of data, and each has a source`() {
        // Networks that read features are built together with the frozen networks that produce them.
        for form in StructureFamily.Form.allCases where form != .features {
            let usual = StructureFamily.all.filter { $0.usualForms.contains(form) }
            #expect((2...9).contains(usual.count), "\(form): \(usual.map(\.name))")
        }
        #expect(Set(StructureFamily.all.map(\.name)).count == StructureFamily.all.count)
        for family in StructureFamily.all {
            #expect(!family.source.isEmpty && family.usualForms.isSubset(of: family.forms), "\(family.name)")
            #expect(StructureFamily.named(family.name)?.name == family.name)
        }
    }

    /// Trained parameters according to torchvision 0.21, timm 1.0 and transformers 4.48.
    @Test(arguments: [
        ("ResNet18", 11_689_512), ("ResNet34", 21_797_672), ("ResNet50", 25_557_032), ("MobileNetV2", 3_504_872),
        ("MobileNetV3-Small", 2_542_856), ("DenseNet121", 7_978_856), ("ViT-Tiny", 5_717_416),
    ])
    func `published networks have exactly as many parameters as published`(_ name: String, _ count: Int) throws {
        let family = try #require(StructureFamily.named(name))
        let picture = InputSignature(kind: .image, shape: [3, 224, 224])
        #expect(try family.network(input: "image", picture, outputs: 1000).parameterCount == count)
    }

    @Test func `BERT-mini has exactly as many parameters as published, without its head`() throws {
        let family = try #require(StructureFamily.named("BERT-mini"))
        let text = InputSignature(kind: .text, shape: [128], vocabulary: 30_522)
        #expect(try family.network(input: "text", text, outputs: 2).parameterCount == 11_170_560 + 257 * 2)
    }

    /// Multiply-accumulates as torchvision and timm state them, in millions; without biases, norms and gates.
    @Test(arguments: [
        ("ResNet18", 1_814.0), ("ResNet50", 4_089), ("MobileNetV2", 300), ("DenseNet121", 2_834), ("ViT-Tiny", 1_258),
    ])
    func `published networks cost about as much as published`(_ name: String, _ millions: Double) throws {
        let family = try #require(StructureFamily.named(name))
        let picture = InputSignature(kind: .image, shape: [3, 224, 224])
        let cost = Double(try family.network(input: "image", picture, outputs: 1000).multiplyAccumulates) / 1e6
        #expect(abs(cost / millions - 1) < 0.02, "\(name): \(cost)")
    }

    @Test func `the families of table 6 produce its networks`() throws {
        for table in TableSix.allCases {
            let family = try #require(StructureFamily.named(table.rawValue))
            let made = try family.network(
                input: "image", .init(kind: .image, shape: [1, 28, 28]), outputs: 10, width: 0.5, depth: 0.5)
            let expected = try table.network(input: "image", shape: [1, 28, 28], classes: 10, width: 0.5)
            #expect(try made.id == expected.id)
        }
    }

    @Test func `an input that a family cannot take is refused with the reason`() throws {
        let family = try #require(StructureFamily.named("TextCNN"))
        let picture = InputSignature(kind: .image, shape: [3, 8, 8])
        let wrong = #expect(throws: Failure.self) { try family.network(input: "x", picture, outputs: 2) }
        #expect(wrong?.message.contains("TextCNN reads text, not image") == true)
        let without = InputSignature(kind: .text, shape: [8])
        let unknown = #expect(throws: Failure.self) { try family.network(input: "x", without, outputs: 2) }
        #expect(unknown?.message.contains("without a vocabulary size") == true)
        #expect(throws: Failure.self) {
            try family.network(input: "x", .init(kind: .text, shape: [8], vocabulary: 9), outputs: 2, width: .nan)
        }
    }
}
