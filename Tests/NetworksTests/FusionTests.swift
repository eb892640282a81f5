import Model
import Networks
import Testing

@Suite struct FusionTests {
    static func backbone(_ modality: String, _ structure: TableSix, side: Int = 112) throws -> Backbone {
        try Backbone(
            modality: modality, network: structure.network(input: "input", shape: [1, side, side], classes: 10))
    }

    @Test(arguments: [(TableSix.leNet3, [8, 16, 32, 10]), (.leNet5, [8, 16, 32, 64, 128, 10])])
    func `a stage is a network's output at one resolution, and the last one its scores`(
        structure: TableSix, sizes: [Int]
    ) throws {
        let backbone = try Self.backbone("audio", structure)
        #expect(backbone.stages.map(\.features) == sizes)
        #expect(backbone.stages.first?.name == "audio_stage1" && backbone.stages.last?.name == "audio_scores")
        #expect(backbone.network.layers.allSatisfy { $0.name.hasPrefix("audio.") })
        #expect(try backbone.featureNetwork.outputShape == [sizes.reduce(0, +)])
    }

    @Test func `of two activations of one resolution the one with more channels is the stage`() throws {
        // The second convolution of SparseNet leaves one channel.
        #expect(try Self.backbone("audio", .sparseNet).stages.first?.features == 12)
    }

    @Test(arguments: FusionHead.Operator.allCases, FusionHead.Representation.allCases)
    func `layers on features and in the whole network have the same weights`(
        joining: FusionHead.Operator, representation: FusionHead.Representation
    ) throws {
        let backbones = [try Self.backbone("audio", .leNet5), try Self.backbone("image", .leNet3, side: 28)]
        let levels: [FusionHead.Level] = [
            .init(stages: [1, 3], activation: .relu), .init(stages: [5, 3], activation: .sigmoid),
        ]
        let head = try FusionHead(backbones, joining, representation, levels: levels, width: 16, classes: 10)
        let network = head.network(named: "head"), whole = head.whole(named: "whole")
        #expect(network.inputs.map(\.name) == ["audio_stage2", "audio_scores", "image_scores"])
        #expect(network.layers.last?.inputs == ["fusion.product", "fusion.correction"])
        #expect(whole.inputs.map(\.name) == ["audio", "image"])
        #expect(try whole.outputShape == [10])
        let above = try whole.tensors.filter { $0.name.hasPrefix("fusion.") }
        #expect(try above == network.tensors)
        let below = try backbones.flatMap { try $0.network.tensors.map(\.name) }
        #expect(try whole.tensors.map(\.name).filter { !$0.hasPrefix("fusion.") } == below)
        #expect((head.constraint == nil) == (representation == .joint))
        if let constraint = head.constraint { _ = try network.torchScriptSource(of: constraint) }
    }

    @Test func `a product of answers adds scores and needs no training`() throws {
        let backbones = [try Self.backbone("audio", .leNet5), try Self.backbone("image", .leNet3, side: 28)]
        let head = try FusionHead(productOf: backbones, classes: 10)
        let network = head.network(named: "head"), whole = head.whole(named: "whole")
        #expect(network.inputs == [.init(name: "audio_scores", shape: [10]), .init(name: "image_scores", shape: [10])])
        #expect(network.layers.map(\.operation) == [.addition])
        #expect(try network.outputShape == [10])
        #expect(try network.tensors.isEmpty)
        #expect(whole.inputs.map(\.name) == ["audio", "image"])
        #expect(try whole.tensors == backbones.flatMap { try $0.network.tensors })
        #expect(!head.isTrainable && head.constraint == nil)
    }

    @Test func `a fusion starts as the product of answers`() throws {
        let backbones = [try Self.backbone("audio", .leNet5), try Self.backbone("image", .leNet3, side: 28)]
        let head = try FusionHead(
            backbones, .concatenation, .joint, levels: [.init(stages: [0, 0], activation: .relu)], width: 16,
            classes: 10
        )
        let tensors = try head.network(named: "head").tensors
        func initial(_ name: String) -> NetworkTensor.Initialization? {
            tensors.first { $0.name == "fusion.\(name).weight" }?.initialization
        }
        #expect(initial("audio.trust") == .constant(1) && initial("image.trust") == .constant(1))
        #expect(initial("correction") == .constant(0))
        #expect(head.network(named: "head").inputs.map(\.name).suffix(2).contains("image_scores"))
        let numbers = try FusionHead(productOf: backbones, classes: 10, averages: true)
        #expect(numbers.network(named: "head").layers.map(\.operation) == [.mean])
    }

    @Test func `stages that no fusion layer reads are left out of the whole network`() throws {
        let backbones = [try Self.backbone("audio", .leNet5), try Self.backbone("image", .leNet3, side: 28)]
        let head = try FusionHead(
            backbones, .concatenation, .joint, levels: [.init(stages: [0, 0], activation: .relu)], width: 16,
            classes: 10
        )
        let whole = head.whole(named: "whole")
        let pooled = whole.layers.filter { $0.operation == .globalAveragePooling && $0.name.hasPrefix("fusion.") }
        #expect(pooled.map(\.name) == ["fusion.audio_stage1", "fusion.image_stage1"])
    }

    @Test func `impossible fusions are refused`() throws {
        let backbones = [try Self.backbone("audio", .leNet5), try Self.backbone("image", .leNet3, side: 28)]
        func make(_ stages: [Int], levels: Int = 1, of backbones: [Backbone]) throws -> FusionHead {
            try FusionHead(
                backbones, .attention, .joint,
                levels: [FusionHead.Level](repeating: .init(stages: stages, activation: .relu), count: levels),
                width: 16, classes: 10)
        }
        _ = try make([0, 0], levels: 4, of: backbones)
        #expect(throws: Failure.self) { try make([0, 0], levels: 5, of: backbones) }
        #expect(throws: Failure.self) { try make([0, 0], levels: 0, of: backbones) }
        #expect(throws: Failure.self) { try make([0, 4], of: backbones) }
        #expect(throws: Failure.self) { try make([0], of: [backbones[0]]) }
        #expect(throws: Failure.self) { try FusionHead(productOf: [backbones[0]], classes: 10) }
        #expect(throws: Failure.self) { try Self.backbone("fusion", .leNet3) }
    }
}
